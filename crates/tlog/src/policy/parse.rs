//! Reading a policy file, line by line.

use std::collections::{BTreeMap, BTreeSet};

use super::{Group, MAX_POLICY_LEN, Member, NONE, Party, Policy};
use crate::key::{KeyError, KeyType, VerifierKey};
use crate::text;

/// Why bytes are no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The policy is longer than [`MAX_POLICY_LEN`].
    #[error("the policy is too large")]
    TooLarge,
    /// The last line has no newline, so that the file may have been cut.
    #[error("the last line of the policy does not end")]
    Unfinished,
    /// No line says what the quorum is.
    #[error("the policy has no quorum")]
    NoQuorum,
    /// A line is wrong.
    #[error("line {line} of the policy: {problem}")]
    Line {
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: PolicyProblem,
    },
}

/// What is wrong with a line of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyProblem {
    /// It has a control character other than tab and newline.
    #[error("a control character")]
    Control,
    /// It begins with none of the four words.
    #[error("not log, witness, group or quorum")]
    Keyword,
    /// It has too few items or too many.
    #[error("too few items, or too many")]
    Items,
    /// The vkey is none, or of a type that this crate does not know.
    #[error("{0}")]
    Key(#[from] KeyError),
    /// A witness needs a key that makes cosignatures.
    #[error("the key of a witness must be of type 0x04")]
    WitnessKey,
    /// Another line of the same kind has the same public key.
    #[error("the public key stands on an earlier line")]
    DuplicateKey,
    /// The name is taken, or `none`.
    #[error("the name is taken")]
    DuplicateName,
    /// The name is not defined on an earlier line.
    #[error("a name that no earlier line defines")]
    UnknownName,
    /// A witness or group is a member for the second time, here or of another group.
    #[error("a name that is a member already")]
    SecondMembership,
    /// The threshold is not `any`, `all`, or a number from 1 to the number of members.
    #[error("not a threshold that its members can reach")]
    Threshold,
    /// There is a quorum already.
    #[error("a second quorum")]
    SecondQuorum,
}

pub(super) fn parse(bytes: &[u8]) -> Result<Policy, PolicyError> {
    if bytes.len() > MAX_POLICY_LEN {
        return Err(PolicyError::TooLarge);
    }
    let mut parser = Parser::default();
    let lines = match bytes.strip_suffix(b"\n") {
        Some(lines) => lines.split(|byte| *byte == b'\n'),
        None if bytes.is_empty() => return Err(PolicyError::NoQuorum),
        None => return Err(PolicyError::Unfinished),
    };
    for (n, line) in lines.enumerate() {
        parser.line(line).map_err(|problem| PolicyError::Line { line: n + 1, problem })?;
    }
    let Parser { logs, witnesses, groups, quorum, .. } = parser;
    let quorum = quorum.ok_or(PolicyError::NoQuorum)?;
    Ok(Policy { logs, witnesses, groups, quorum })
}

/// What the lines so far have defined.
#[derive(Default)]
struct Parser<'a> {
    logs: Vec<Party>,
    witnesses: Vec<Party>,
    groups: Vec<Group>,
    /// `Some(None)` is `quorum none`.
    quorum: Option<Option<Member>>,
    names: BTreeMap<&'a [u8], Member>,
    /// Names that are members of a group.
    members: BTreeSet<&'a [u8]>,
    log_keys: BTreeSet<[u8; 32]>,
    witness_keys: BTreeSet<[u8; 32]>,
}

impl<'a> Parser<'a> {
    fn line(&mut self, line: &'a [u8]) -> Result<(), PolicyProblem> {
        if line.iter().any(|byte| (*byte < 0x20 && *byte != b'\t') || *byte == 0x7f) {
            return Err(PolicyProblem::Control);
        }
        let items: Vec<&[u8]> =
            line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|item| !item.is_empty()).collect();
        match *items.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", vkey, ref url @ ..] => self.log(vkey, url),
            [b"witness", name, vkey, ref url @ ..] => self.witness(name, vkey, url),
            [b"group", name, threshold, ref members @ ..] => self.group(name, threshold, members),
            [b"quorum", name] => self.quorum(name),
            [b"log" | b"witness" | b"group" | b"quorum", ..] => Err(PolicyProblem::Items),
            _ => Err(PolicyProblem::Keyword),
        }
    }

    fn log(&mut self, vkey: &[u8], url: &[&[u8]]) -> Result<(), PolicyProblem> {
        let log = party(b"", vkey, url)?;
        if !self.log_keys.insert(log.key.public_key()) {
            return Err(PolicyProblem::DuplicateKey);
        }
        self.logs.push(log);
        Ok(())
    }

    fn witness(&mut self, name: &'a [u8], vkey: &[u8], url: &[&[u8]]) -> Result<(), PolicyProblem> {
        let witness = party(name, vkey, url)?;
        if witness.key.key_type() != KeyType::CosignatureV1 {
            return Err(PolicyProblem::WitnessKey);
        }
        if !self.witness_keys.insert(witness.key.public_key()) {
            return Err(PolicyProblem::DuplicateKey);
        }
        self.define(name, Member::Witness(self.witnesses.len()))?;
        self.witnesses.push(witness);
        Ok(())
    }

    fn group(&mut self, name: &'a [u8], threshold: &[u8], names: &[&'a [u8]]) -> Result<(), PolicyProblem> {
        let threshold = match threshold {
            b"any" => Some(1),
            b"all" => Some(names.len()),
            number => str::from_utf8(number).ok().and_then(text::decimal).and_then(|number| number.try_into().ok()),
        };
        let threshold = threshold.filter(|threshold| (1..=names.len()).contains(threshold));
        let threshold = threshold.ok_or(PolicyProblem::Threshold)?;
        let mut members = Vec::with_capacity(names.len());
        for name in names {
            members.push(*self.names.get(name).ok_or(PolicyProblem::UnknownName)?);
            if !self.members.insert(name) {
                return Err(PolicyProblem::SecondMembership);
            }
        }
        self.define(name, Member::Group(self.groups.len()))?;
        self.groups.push(Group { name: name.to_owned(), threshold, members });
        Ok(())
    }

    fn quorum(&mut self, name: &[u8]) -> Result<(), PolicyProblem> {
        let quorum = match self.names.get(name) {
            Some(member) => Some(*member),
            None if name == NONE => None,
            None => return Err(PolicyProblem::UnknownName),
        };
        match self.quorum.replace(quorum) {
            None => Ok(()),
            Some(_) => Err(PolicyProblem::SecondQuorum),
        }
    }

    fn define(&mut self, name: &'a [u8], member: Member) -> Result<(), PolicyProblem> {
        if name == NONE || self.names.insert(name, member).is_some() {
            return Err(PolicyProblem::DuplicateName);
        }
        Ok(())
    }
}

fn party(name: &[u8], vkey: &[u8], url: &[&[u8]]) -> Result<Party, PolicyProblem> {
    let url = match url {
        [] => None,
        [url] => Some(url.to_vec()),
        _ => return Err(PolicyProblem::Items),
    };
    let vkey = str::from_utf8(vkey).map_err(|_| KeyError::Malformed)?;
    Ok(Party { name: name.to_owned(), key: VerifierKey::parse(vkey)?, url })
}
