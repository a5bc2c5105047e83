//! Which models a caller sees, and under which names.
//!
//! A key's list decides, else its team's, else there is no limit. A team's own model is seen by admins, by the team's members and
//! through the team's keys; nobody else learns that it exists.

use std::collections::{BTreeSet, HashMap};

use super::catalog::Deployment;
use super::teams::ALL_PROXY_MODELS;
use crate::manage::{Caller, Refusal, Why};
use crate::model::row::{Row, RowExt as _};
use crate::store::{Session, teams};

const ALL_TEAM_MODELS: &str = "all-team-models";
const NO_DEFAULT_MODELS: &str = "no-default-models";

/// How `/models` is asked for.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// As a member of this team would see it.
    pub team_id: Option<String>,
    /// Every model of the proxy, for those who administer something.
    pub expand: bool,
    pub include_groups: bool,
    pub only_groups: bool,
}

/// A caller before the models that there are.
pub(super) struct View<'a> {
    pub caller: &'a Caller,
    pub all: &'a [Deployment],
    /// Whose own models are told by their public name.
    pub team_id: Option<String>,
    key_models: Vec<String>,
    team_models: Vec<String>,
    /// Teams whose own models may be seen; `None` for all.
    teams: Option<BTreeSet<String>>,
}

impl<'a> View<'a> {
    pub fn new(caller: &'a Caller, all: &'a [Deployment]) -> View<'a> {
        let key_models = caller.key.as_ref().map(|key| key.texts("models")).unwrap_or_default();
        let team_models = caller.team.as_ref().map(|team| team.texts("models")).unwrap_or_default();
        let teams = (!caller.sees_everything()).then(|| {
            let of_user = caller.user.as_ref().map(|user| user.texts("teams")).unwrap_or_default();
            of_user.into_iter().chain(caller.team_id().map(str::to_owned)).collect()
        });
        View { caller, all, team_id: caller.team_id().map(str::to_owned), key_models, team_models, teams }
    }

    /// The same caller asking about a team that it must be in.
    pub async fn of_team(mut self, session: &mut Session, team_id: &str) -> Result<View<'a>, Refusal> {
        check_team(self.caller, team_id)?;
        let team = teams::find(session, team_id).await?;
        if self.caller.team_id() != Some(team_id) {
            self.key_models.clear();
        }
        self.team_models = team.map(|team| team.texts("models")).unwrap_or_default();
        self.team_id = Some(team_id.to_owned());
        Ok(self)
    }

    /// The names of the models that belong to no team, as they first appear.
    pub fn proxy_names(&self) -> Vec<String> {
        unique(self.all.iter().filter(|model| model.team_id().is_none()).map(|model| model.name.clone()))
    }

    /// Groups of models (`model_info.access_groups`) and the names in each.
    fn groups(&self) -> Vec<(String, Vec<String>)> {
        let mut groups: Vec<(String, Vec<String>)> = Vec::new();
        for model in self.all.iter().filter(|model| model.team_id().is_none()) {
            for group in model.info.texts("access_groups") {
                match groups.iter_mut().find(|(name, _)| *name == group) {
                    Some((_, names)) => names.push(model.name.clone()),
                    None => groups.push((group, vec![model.name.clone()])),
                }
            }
        }
        groups
    }

    /// What a list of models means: the words for "all" and the names of groups are replaced by the models they stand for.
    fn resolve(&self, list: &[String], keep_groups: bool) -> Vec<String> {
        let groups = self.groups();
        let mut names = Vec::new();
        for name in list {
            match (name.as_str(), groups.iter().find(|(group, _)| group == name)) {
                (ALL_PROXY_MODELS, _) => {
                    names.extend(self.proxy_names());
                    names.extend(groups.iter().filter(|_| keep_groups).map(|(group, _)| group.clone()));
                }
                (ALL_TEAM_MODELS | NO_DEFAULT_MODELS, _) => {}
                (_, Some((group, of_group))) => {
                    names.extend(keep_groups.then(|| group.clone()));
                    names.extend(of_group.iter().cloned());
                }
                (name, None) => names.push(name.to_owned()),
            }
        }
        unique(names)
    }

    /// The models of the key's list, else of the team's; `None` when neither limits anything.
    fn limits(&self, keep_groups: bool) -> Option<Vec<String>> {
        let says_all = |list: &[String]| list.iter().any(|name| name == ALL_TEAM_MODELS);
        let of_team = || {
            let mut list = self.team_models.clone();
            if says_all(&list) {
                list.push(ALL_PROXY_MODELS.to_owned());
            }
            (!list.is_empty()).then(|| self.resolve(&list, keep_groups))
        };
        match says_all(&self.key_models) {
            true => of_team(),
            false if self.key_models.is_empty() => of_team(),
            false => Some(self.resolve(&self.key_models, keep_groups)),
        }
    }

    /// The names that the caller may use, a team's own models under their public names.
    pub fn names(&self, listing: &Listing) -> Vec<String> {
        let keep = listing.include_groups || listing.only_groups;
        let groups: Vec<String> = self.groups().into_iter().map(|(name, _)| name).collect();
        let limits = if listing.expand { None } else { self.limits(keep) };
        let mut names = limits.unwrap_or_else(|| {
            let mut names = self.proxy_names();
            names.extend(groups.iter().filter(|_| keep).cloned());
            names
        });
        if listing.only_groups {
            names.retain(|name| groups.contains(name));
        }
        unique(names)
    }

    /// The deployments behind each name, for this caller: a team's own hide those of everybody.
    pub fn by_name(&self) -> HashMap<&'a str, Vec<&'a Deployment>> {
        let mut behind: HashMap<&str, Vec<&Deployment>> = HashMap::new();
        let (own, others): (Vec<&Deployment>, Vec<&Deployment>) =
            self.all.iter().partition(|model| model.team_id().is_some());
        for model in own.into_iter().filter(|model| model.team_id() == self.team_id.as_deref()) {
            behind.entry(model.public_name()).or_default().push(model);
        }
        let hidden: BTreeSet<&str> = behind.keys().copied().collect();
        for model in others.into_iter().filter(|model| !hidden.contains(model.name.as_str())) {
            behind.entry(&model.name).or_default().push(model);
        }
        behind
    }

    /// The deployments that the caller may see.
    pub fn shown(&self) -> Vec<&'a Deployment> {
        let limit: Option<BTreeSet<String>> = self.limits(false).map(|names| names.into_iter().collect());
        let may = |model: &&Deployment| {
            let in_scope = match (&self.teams, model.team_id()) {
                (None, _) | (_, None) => true,
                (Some(teams), Some(team)) => teams.contains(team),
            };
            let named = |limit: &BTreeSet<String>| limit.contains(&model.name) || limit.contains(model.public_name());
            in_scope && limit.as_ref().is_none_or(named)
        };
        self.all.iter().filter(may).collect()
    }

    /// What a list of models lets its owner use.
    pub fn grant(&self, list: &[String]) -> Grant {
        let says = |word: &str| list.iter().any(|name| name == word);
        Grant {
            everything: list.is_empty() || says(ALL_TEAM_MODELS),
            own: list.is_empty() || says(ALL_PROXY_MODELS),
            stated: list.iter().cloned().collect(),
            names: self.resolve(list, false).into_iter().collect(),
        }
    }

    /// Teams through which the caller may use each deployment, and which of them it may use by itself.
    pub async fn access(&self, session: &mut Session) -> Result<Access, Refusal> {
        let (teams, direct) = match (&self.caller.user, self.caller.sees_everything()) {
            (_, true) => (Some(teams::list_for_models(session, None).await?), Direct::All),
            (Some(user), false) => {
                let teams = teams::list_for_models(session, Some(&user.texts("teams"))).await?;
                (Some(teams), Direct::Both(self.grant(&user.texts("models")), self.grant(&self.key_models)))
            }
            (None, false) => (None, Direct::None),
        };
        let granted =
            |team: &Row| (team.text("team_id").unwrap_or_default().to_owned(), self.grant(&team.texts("models")));
        Ok(Access { teams: teams.map(|teams| teams.iter().map(granted).collect()), direct })
    }
}

/// A list of models, made ready for many questions.
pub(super) struct Grant {
    everything: bool,
    /// All of a team's own models too, whether they are named or not.
    own: bool,
    stated: BTreeSet<String>,
    names: BTreeSet<String>,
}

impl Grant {
    /// Whether the list lets its owner use a model that belongs to no team.
    fn allows(&self, model: &Deployment) -> bool {
        self.everything || self.names.contains(&model.name)
    }

    /// Whether a team with this list may use the model.
    pub fn allows_team(&self, team_id: &str, model: &Deployment) -> bool {
        match model.team_id() {
            Some(own) => own == team_id && (self.own || self.stated.contains(model.public_name())),
            None => self.allows(model),
        }
    }
}

/// What a caller may use without a team.
enum Direct {
    All,
    Both(Grant, Grant),
    None,
}

/// How a caller comes to models.
pub(super) struct Access {
    /// The caller's teams with their lists; `None` for a caller without a user.
    teams: Option<Vec<(String, Grant)>>,
    direct: Direct,
}

impl Access {
    pub fn is_direct(&self, model: &Deployment) -> bool {
        model.team_id().is_none()
            && match &self.direct {
                Direct::All => true,
                Direct::Both(user, key) => user.allows(model) && key.allows(model),
                Direct::None => false,
            }
    }

    /// The teams through which the model can be used; `None` when it is nobody's business.
    pub fn teams(&self, model: &Deployment) -> Option<Vec<String>> {
        let teams = self.teams.as_ref()?;
        let may = teams.iter().filter(|(id, grant)| grant.allows_team(id, model));
        let ids: Vec<String> = may.map(|(id, _)| id.clone()).collect();
        match model.team_id() {
            Some(own) if !ids.iter().any(|id| id == own) => None,
            _ => Some(ids),
        }
    }
}

/// Refuses a question about a team that the caller is not in.
pub(super) fn check_team(caller: &Caller, team_id: &str) -> Result<(), Refusal> {
    let member = caller.team_id() == Some(team_id)
        || caller.user.as_ref().is_some_and(|user| user.texts("teams").iter().any(|id| id == team_id));
    if caller.sees_everything() || member {
        return Ok(());
    }
    Err(Refusal::error(Why::Forbidden, "Not authorized to view this team's models"))
}

fn unique(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    names.into_iter().filter(|name| !name.is_empty() && seen.insert(name.clone())).collect()
}
