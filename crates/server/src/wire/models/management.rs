//! Request models of `/management/v1/*`: unknown members are problems, and lists have a length.

use daybook::model::budget_reset;

use super::{
    super::{
        fields::Fields,
        model::{Collection, Default, Field, Kind, Model, Several, boolean, datetime, float, int, subclass, text},
        problem::Problem,
        query::QueryModel,
    },
    teams::user_named,
    users::NEW_USER_FIELDS,
};

/// Most items of one request.
const MOST: usize = 500;

subclass!(BULK_NEW_USER_FIELDS = NEW_USER_FIELDS + [boolean("auto_create_key").or_not_null(Default::Bool(false))]);
/// A user of `POST /management/v1/users/bulk`.
pub static BULK_NEW_USER_ITEM: Model =
    Model::new("BulkNewUserItem", BULK_NEW_USER_FIELDS).forbid().check(nothing_by_mail);
/// `POST /management/v1/users/bulk`
pub static BULK_NEW_USER_REQUEST: Model = Model::new(
    "BulkNewUserRequest",
    &[Field::new(
        "users",
        Kind::Several(&Several {
            collection: Collection::Sequence,
            of: Kind::Model(&BULK_NEW_USER_ITEM),
            least: 1,
            most: MOST,
        }),
    )
    .required()],
)
.forbid();

/// `POST /management/v1/users/bulk_delete`
pub static BULK_DELETE_USER_REQUEST: Model = Model::new(
    "BulkDeleteUserRequest",
    &[Field::new(
        "user_ids",
        Kind::Several(&Several { collection: Collection::Tuple, of: Kind::Str, least: 1, most: MOST }),
    )
    .required()],
)
.forbid();

/// A member of a team, by id or by address.
pub static TEAM_MEMBER_REF: Model =
    Model::new("TeamMemberRef", &[text("user_id"), text("user_email")]).before(user_named).forbid().check(named_once);
/// `POST /management/v1/teams/{team_id}/members/bulk_delete`
pub static BULK_TEAM_MEMBER_DELETE_REQUEST: Model = Model::new(
    "BulkTeamMemberDeleteRequest",
    &[Field::new(
        "members",
        Kind::Several(&Several {
            collection: Collection::Tuple,
            of: Kind::Model(&TEAM_MEMBER_REF),
            least: 1,
            most: MOST,
        }),
    )
    .required()],
)
.forbid();

static MODELS: Several = Several { collection: Collection::Tuple, of: Kind::Str, least: 0, most: usize::MAX };
/// A member's limits, to be merged with those that the member has.
pub static TEAM_MEMBER_BUDGET_PATCH: Model = Model::new(
    "TeamMemberBudgetPatch",
    &[
        text("user_id"),
        text("user_email"),
        float("max_budget_in_team"),
        int("tpm_limit"),
        int("rpm_limit"),
        text("budget_duration"),
        Field::new("allowed_models", Kind::Several(&MODELS)),
    ],
)
.before(user_named)
.forbid()
.check(resettable);
/// `POST /management/v1/teams/{team_id}/members/bulk_update`
pub static BULK_TEAM_MEMBER_BUDGET_UPDATE_REQUEST: Model = Model::new(
    "BulkTeamMemberBudgetUpdateRequest",
    &[Field::new(
        "members",
        Kind::Several(&Several {
            collection: Collection::Tuple,
            of: Kind::Model(&TEAM_MEMBER_BUDGET_PATCH),
            least: 1,
            most: MOST,
        }),
    )
    .required()],
)
.forbid();

/// `GET /management/v1/budgets`; for the documentation alone, since its handler words its own refusals.
pub static BUDGETS_QUERY: QueryModel = QueryModel::new(
    "/management/v1/budgets",
    &[
        int("page").or_not_null(Default::Int(1)),
        int("page_size").or_not_null(Default::Int(50)),
        text("sort").or_not_null(Default::Text("-created_at")),
        text("q"),
        text("filter[budget_duration][in]"),
        boolean("filter[budget_duration][is_null]"),
        float("filter[max_budget][gte]"),
        float("filter[max_budget][lte]"),
        boolean("filter[max_budget][is_null]"),
        datetime("filter[created_at][gte]"),
        datetime("filter[created_at][lte]"),
    ],
);

fn nothing_by_mail(item: &Fields) -> Result<(), Problem> {
    if item.bool("send_invite_email") == Some(true) {
        let message = "send_invite_email is not supported on /management/v1/users/bulk; invite users separately";
        return Err(Problem::value_error(message).at("send_invite_email"));
    }
    if item.str("password").is_some() {
        let message = "password cannot be set here: a user sets it through an invitation";
        return Err(Problem::value_error(message).at("password"));
    }
    Ok(())
}

fn named_once(member: &Fields) -> Result<(), Problem> {
    if member.str("user_id").is_some() && member.str("user_email").is_some() {
        let message = "Each member must be identified by exactly one of user_id or user_email";
        return Err(Problem::value_error(message));
    }
    Ok(())
}

fn resettable(member: &Fields) -> Result<(), Problem> {
    if let Some(duration) = member.str("budget_duration") {
        budget_reset::validate(duration).map_err(|message| Problem::value_error(&message).at("budget_duration"))?;
    }
    named_once(member)
}
