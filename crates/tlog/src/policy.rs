//! C2SP tlog-policy: which logs are trusted, and which witnesses must have cosigned a checkpoint before it is believed.
//!
//! The file is bytes, not text: names and URLs may hold anything above ASCII and are compared as they stand. Groups name
//! only what stands before them, so they are judged in order, without recursion.

mod parse;

pub use parse::{PolicyError, PolicyProblem};

use crate::checkpoint::{CheckpointError, SignedCheckpoint};
use crate::key::VerifierKey;
use crate::note::Verified;

/// The longest policy that is parsed, in bytes.
pub const MAX_POLICY_LEN: usize = 1 << 20;

/// The name that a quorum has where no witness is needed.
const NONE: &[u8] = b"none";

/// Why a policy does not take a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefusedError {
    /// No log of the policy has signed it, or a signature is wrong.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Too few of the witnesses have cosigned it.
    #[error("the checkpoint is not cosigned by the quorum of witnesses")]
    Quorum,
}

/// A log or a witness of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    name: Vec<u8>,
    key: VerifierKey,
    url: Option<Vec<u8>>,
}

impl Party {
    /// Its public key. A log's has the origin as its name.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// Where it can be reached, if the policy says so; by custom UTF-8.
    pub fn url(&self) -> Option<&[u8]> {
        self.url.as_deref()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    name: Vec<u8>,
    threshold: usize,
    members: Vec<Member>,
}

/// A witness or a group, by its place in the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

/// Trusted logs, known witnesses, and the quorum of them that is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Party>,
    witnesses: Vec<Party>,
    groups: Vec<Group>,
    quorum: Option<Member>,
}

impl Policy {
    /// The policy that trusts one log and needs no witness.
    pub fn of_log(key: VerifierKey) -> Self {
        let log = Party { name: Vec::new(), key, url: None };
        Self { logs: vec![log], witnesses: Vec::new(), groups: Vec::new(), quorum: None }
    }

    /// Reads a policy file. It may name no log; then it takes no checkpoint until [`trust`](Self::trust) adds one.
    ///
    /// # Errors
    ///
    /// [`PolicyError`], with the line.
    pub fn parse(bytes: &[u8]) -> Result<Self, PolicyError> {
        parse::parse(bytes)
    }

    /// Trusts a further log, known from elsewhere than the policy file. One that is trusted already changes nothing.
    pub fn trust(&mut self, key: VerifierKey) {
        if self.logs.iter().all(|log| log.key.public_key() != key.public_key()) {
            self.logs.push(Party { name: Vec::new(), key, url: None });
        }
    }

    /// The logs, in the order of the file.
    pub fn logs(&self) -> &[Party] {
        &self.logs
    }

    /// The witnesses, in the order of the file.
    pub fn witnesses(&self) -> &[Party] {
        &self.witnesses
    }

    /// Checks that a log of this policy has signed the checkpoint as its own, and the quorum of witnesses has cosigned
    /// it. Says who of them has signed. Keys that the policy does not name are ignored; whether a cosignature is recent
    /// enough, or from the future, is the caller's to judge by its timestamp.
    ///
    /// # Errors
    ///
    /// [`RefusedError`]. A single wrong signature of a log or witness of the policy is reason enough.
    pub fn check(&self, checkpoint: &SignedCheckpoint) -> Result<Vec<Verified<'_>>, RefusedError> {
        let origin = checkpoint.checkpoint().origin();
        let logs = self.logs.iter().map(Party::key).filter(|key| key.name() == origin);
        let known = logs.clone().chain(self.witnesses.iter().map(Party::key));
        let verified = checkpoint.note().verify(known).map_err(CheckpointError::from)?;
        let signed = |key: &VerifierKey| verified.iter().any(|by| by.key == key);
        if !logs.clone().any(signed) {
            return Err(CheckpointError::Signer { origin: origin.to_owned() }.into());
        }

        let mut groups: Vec<bool> = Vec::with_capacity(self.groups.len());
        let witnessed = |member: &Member, groups: &[bool]| match member {
            Member::Witness(n) => self.witnesses.get(*n).is_some_and(|witness| signed(&witness.key)),
            Member::Group(n) => groups.get(*n).is_some_and(|reached| *reached),
        };
        for group in &self.groups {
            let count = group.members.iter().filter(|member| witnessed(member, &groups)).count();
            groups.push(count >= group.threshold);
        }
        if self.quorum.is_some_and(|quorum| !witnessed(&quorum, &groups)) {
            return Err(RefusedError::Quorum);
        }
        Ok(verified)
    }

    /// The policy as a file: without comments, thresholds as numbers. It parses to the same policy.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut lines: Vec<Vec<u8>> = Vec::new();
        let party = |keyword: &[u8], name: Option<&[u8]>, party: &Party| {
            let key = party.key.to_string();
            let items = [Some(keyword), name, Some(key.as_bytes()), party.url()];
            items.into_iter().flatten().collect::<Vec<_>>().join(&b' ')
        };
        lines.extend(self.logs.iter().map(|log| party(b"log", None, log)));
        lines.extend(self.witnesses.iter().map(|witness| party(b"witness", Some(&witness.name), witness)));
        for group in &self.groups {
            let threshold = group.threshold.to_string();
            let mut items = vec![&b"group"[..], &group.name, threshold.as_bytes()];
            items.extend(group.members.iter().map(|member| self.name(*member)));
            lines.push(items.join(&b' '));
        }
        let quorum = self.quorum.map_or(NONE, |quorum| self.name(quorum));
        lines.push([b"quorum ", quorum].concat());
        lines.push(Vec::new());
        lines.join(&b'\n')
    }

    fn name(&self, member: Member) -> &[u8] {
        match member {
            Member::Witness(n) => self.witnesses.get(n).map_or(NONE, |witness| &witness.name),
            Member::Group(n) => self.groups.get(n).map_or(NONE, |group| &group.name),
        }
    }
}
