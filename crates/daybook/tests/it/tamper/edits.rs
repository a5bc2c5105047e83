//! What somebody with the run of the database can do to it.

use daybook::store::Dialect;
use serde_json::Value;
use tlog::{Frontier, leaf_hash};

use super::log::{AUDIT, LEDGER, Log, Row, text};

/// An edit, and where the verification must say that it is.
#[derive(Debug)]
pub struct Edit {
    pub statements: Vec<String>,
    pub expected: Expected,
    /// Whether it takes an earlier checkpoint, kept elsewhere, to find it.
    pub with_kept: bool,
}

#[derive(Debug)]
pub enum Expected {
    /// The first bad position is this one, or one of these.
    Entry(u64),
    Among(u64, u64),
    /// It is about no entry: the place begins so.
    Place(String),
    /// Either of them: which of two things is altered, nobody can say.
    Anywhere,
}

/// A sequence of numbers that is the same in every run.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u64) as usize]
    }
}

/// The text of a literal.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Another text: a character changed, put in or taken out somewhere.
fn scribbled(dice: &mut Dice, text: &str) -> String {
    const LETTERS: &[char] =
        &['a', 'Z', '0', '9', ' ', '"', '\\', '\'', '{', '}', ',', ':', '.', '-', 'é', '\n', '_', 'e'];
    loop {
        let mut letters: Vec<char> = text.chars().collect();
        let at = dice.below(letters.len() as u64 + 1) as usize;
        let letter = *dice.one(LETTERS);
        match dice.below(4) {
            0 | 1 if at < letters.len() => letters[at] = letter,
            2 if at < letters.len() => {
                letters.remove(at);
            }
            _ => letters.insert(at, letter),
        }
        let after: String = letters.into_iter().collect();
        if after != text {
            return after;
        }
    }
}

/// Another JSON value, for a column that takes nothing else.
fn altered(dice: &mut Dice, value: &Value) -> Value {
    match value {
        Value::Object(members) if !members.is_empty() => {
            let mut members = members.clone();
            let name = members.keys().nth(dice.below(members.len() as u64) as usize).unwrap().clone();
            match dice.below(6) {
                0 => {
                    members.remove(&name);
                }
                1 => {
                    members.insert(scribbled(dice, &name), Value::Null);
                }
                _ => {
                    let inner = altered(dice, &members[&name]);
                    members.insert(name, inner);
                }
            }
            Value::Object(members)
        }
        Value::Array(items) if !items.is_empty() => {
            let mut items = items.clone();
            let at = dice.below(items.len() as u64) as usize;
            items[at] = altered(dice, &items[at]);
            Value::Array(items)
        }
        // PostgreSQL refuses a NUL, which is not among the letters.
        Value::String(text) => Value::String(scribbled(dice, text)),
        Value::Number(number) => Value::from(number.as_f64().unwrap() * 2.0 + 1.0),
        Value::Bool(flag) => Value::Bool(!flag),
        _ => Value::Bool(true),
    }
}

/// The same date and time, on the other side of the first year.
fn before_christ(stored: &str) -> String {
    format!("'{stored} BC'::timestamp")
}

impl Log {
    /// Every time that PostgreSQL keeps, on the other side of the first year.
    pub fn edits_of_the_era(&self) -> Vec<Edit> {
        let (row, head, keys) = (&self.audit[3], self.own("head"), self.own("log_key"));
        let (id, at) = (quoted(text(row, "id")), before_christ(text(row, "updated_at")));
        let edit = |statement: String, expected| Edit { statements: vec![statement], expected, with_kept: false };
        let introduced = quoted(&super::log::key(2).verifier().to_string());
        vec![
            edit(format!(r#"UPDATE "LiteLLM_AuditLog" SET "updated_at" = {at} WHERE "id" = {id}"#), Expected::Entry(3)),
            edit(
                format!("UPDATE {head} SET last_at = (last_at::text || ' BC')::timestamp"),
                Expected::Place("head".to_owned()),
            ),
            edit(
                format!("UPDATE {keys} SET added_at = (added_at::text || ' BC')::timestamp WHERE vkey = {introduced}"),
                Expected::Place("key".to_owned()),
            ),
        ]
    }

    /// A random edit of one of the log's tables.
    pub fn edit(&self, dice: &mut Dice) -> Edit {
        match dice.below(100) {
            0..36 => self.edit_ledger(dice),
            36..72 => self.edit_audit(dice),
            72..80 => self.edit_tile(dice),
            80..84 => self.edit_head(dice),
            84..88 => self.edit_checkpoint(dice),
            88..90 => self.edit_key(dice),
            90..93 => self.remove(dice),
            93..95 => self.swap(dice),
            95..97 => self.add(dice),
            97 | 98 => self.cut(dice),
            _ => self.rewrite(dice),
        }
    }

    fn edit_ledger(&self, dice: &mut Dice) -> Edit {
        let row = dice.one(&self.ledger);
        let seq: u64 = text(row, "seq").parse().unwrap();
        let column = *dice.one(LEDGER);
        let value = match column {
            "seq" => match dice.below(3) {
                0 => format!("{}", self.size + dice.below(1 << 40)),
                1 => format!("-{}", 1 + dice.below(1 << 40)),
                _ => format!("{}", self.size),
            },
            _ => quoted(&scribbled(dice, text(row, column))),
        };
        let statement = format!("UPDATE {} SET {column} = {value} WHERE seq = {seq}", self.own("ledger"));
        Edit { statements: vec![statement], expected: Expected::Entry(seq), with_kept: false }
    }

    fn edit_audit(&self, dice: &mut Dice) -> Edit {
        let seq = dice.below(self.size);
        let row = &self.audit[seq as usize];
        let (column, value) = self.audit_value(dice, row);
        let id = quoted(text(row, "id"));
        let statement = format!(r#"UPDATE "LiteLLM_AuditLog" SET "{column}" = {value} WHERE "id" = {id}"#);
        Edit { statements: vec![statement], expected: Expected::Entry(seq), with_kept: false }
    }

    fn audit_value(&self, dice: &mut Dice, row: &Row) -> (&'static str, String) {
        let column = *dice.one(AUDIT);
        let stored = row.iter().find(|(name, _)| *name == column).unwrap().1.as_deref();
        let is_json = matches!(column, "before_value" | "updated_values");
        let value = match (stored, self.dialect) {
            (None, _) => quoted(dice.one::<&str>(&["null", "{}", r#"{"a":1}"#])),
            (Some(_), _) if is_json && dice.below(8) == 0 => "NULL".to_owned(),
            (Some(stored), Dialect::Postgres) if is_json => {
                let value: Value = serde_json::from_str(stored).unwrap();
                quoted(&altered(dice, &value).to_string())
            }
            (Some(stored), Dialect::Postgres) if column == "updated_at" && dice.below(4) == 0 => before_christ(stored),
            (Some(stored), Dialect::Postgres) if column == "updated_at" => {
                format!("{}::timestamp + interval '{} milliseconds'", quoted(stored), 1 + dice.below(1 << 30))
            }
            (Some(stored), _) => quoted(&scribbled(dice, stored)),
        };
        (column, value)
    }

    /// The rows of the tree over these leaves.
    fn tree(&self, leaves: &[String]) -> (Vec<(u8, u64, Vec<u8>)>, String) {
        let mut tree = Frontier::new();
        leaves.iter().for_each(|leaf| tree.append(leaf_hash(leaf.as_bytes())));
        let root = tree.root().to_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        (tree.take_dirty().into_iter().map(|(id, hashes)| (id.level, id.n, hashes)).collect(), root)
    }

    fn blob(&self, bytes: &[u8]) -> String {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match self.dialect {
            Dialect::Sqlite => format!("X'{hex}'"),
            Dialect::Postgres => format!("'\\x{hex}'"),
        }
    }

    fn leaves(&self) -> Vec<String> {
        (0..self.size).map(|position| self.leaf(position).to_owned()).collect()
    }

    fn edit_tile(&self, dice: &mut Dice) -> Edit {
        let (tiles, _) = self.tree(&self.leaves());
        // The large tiles of the leaves are not all that there is.
        let (level, n, mut hashes) = dice.one(&tiles).clone();
        let start = n * 256_u64.pow(u32::from(level) + 1);
        let covers = |at: usize| start + (at as u64 / 32) * 256_u64.pow(level.into());
        let at = dice.below(hashes.len() as u64) as usize;
        let mut expected = Expected::Entry(covers(at));
        let set = match dice.below(10) {
            0 => {
                hashes.truncate(at);
                expected = Expected::Among(covers(at), covers(at) + 1);
                format!("hashes = {}", self.blob(&hashes))
            }
            1 => {
                hashes.extend([0; 32]);
                expected = Expected::Entry(covers(hashes.len() - 32).min(self.size));
                format!("hashes = {}", self.blob(&hashes))
            }
            2 => {
                expected = Expected::Entry(start);
                format!("n = {}", n + 1 + dice.below(1 << 20))
            }
            3 => {
                expected = Expected::Entry(start);
                format!("level = {}", level + 2)
            }
            _ => {
                hashes[at] ^= 1 << dice.below(8);
                format!("hashes = {}", self.blob(&hashes))
            }
        };
        let statement = format!("UPDATE {} SET {set} WHERE level = {level} AND n = {n}", self.own("tile"));
        Edit { statements: vec![statement], expected, with_kept: false }
    }

    fn edit_head(&self, dice: &mut Dice) -> Edit {
        let (set, expected) = match dice.below(5) {
            0 => (format!("origin = {}", quoted(&scribbled(dice, "daybook"))), Expected::Place("head".to_owned())),
            1 => {
                let size = dice.below(self.size);
                (format!("size = {size}"), Expected::Among(0, size))
            }
            2 => (format!("size = {}", self.size + 1 + dice.below(1 << 40)), Expected::Entry(self.size)),
            3 => {
                let (_, root) = self.tree(&self.leaves());
                (format!("root = {}", quoted(&scribbled(dice, &root))), Expected::Place("head".to_owned()))
            }
            _ => {
                let last = self.leaf(self.size - 1).split(r#""at":""#).nth(1).unwrap().split('"').next().unwrap();
                let value = match self.dialect {
                    Dialect::Sqlite => quoted(&scribbled(dice, last)),
                    Dialect::Postgres => format!("last_at + interval '{} milliseconds'", 1 + dice.below(1 << 30)),
                };
                (format!("last_at = {value}"), Expected::Place("head".to_owned()))
            }
        };
        Edit { statements: vec![format!("UPDATE {} SET {set}", self.own("head"))], expected, with_kept: false }
    }

    /// `signed_at` is not among them: it says when somebody asked, and nobody signs it.
    fn edit_checkpoint(&self, dice: &mut Dice) -> Edit {
        let which = dice.below(self.published.len() as u64) as usize;
        let (size, note) = (self.published[which], &self.notes[which]);
        let table = self.own("checkpoint");
        let set = match dice.below(8) {
            0 => format!("size = {}", size + 1 + dice.below(1 << 40)),
            1 => format!("size = -{}", 1 + dice.below(1 << 40)),
            _ => format!("note = {}", quoted(&scribbled(dice, note))),
        };
        let expected = Expected::Place("checkpoint".to_owned());
        Edit { statements: vec![format!("UPDATE {table} SET {set} WHERE size = {size}")], expected, with_kept: false }
    }

    /// When the first key came is said by nobody but its row; all else of a key is on the record.
    fn edit_key(&self, dice: &mut Dice) -> Edit {
        let vkeys = [1, 2].map(|seed| super::log::key(seed).verifier().to_string());
        let which = dice.below(2) as usize;
        let vkey = &vkeys[which];
        let table = self.own("log_key");
        let later = |column: &str, dice: &mut Dice| match self.dialect {
            Dialect::Sqlite => format!("{column} = '2026-01-01T00:00:0{}.000Z'", dice.below(10)),
            Dialect::Postgres => {
                format!("{column} = timestamp '2026-01-01' + interval '{} hours'", dice.below(1 << 20))
            }
        };
        let statement = match (dice.below(5), which) {
            (0, _) => format!("DELETE FROM {table} WHERE vkey = {}", quoted(vkey)),
            (1, _) => format!("UPDATE {table} SET {} WHERE vkey = {}", later("retired_at", dice), quoted(vkey)),
            (2, 1) => format!("UPDATE {table} SET size = size + {} WHERE vkey = {}", 1 + dice.below(9), quoted(vkey)),
            (3, 1) => format!("UPDATE {table} SET {} WHERE vkey = {}", later("added_at", dice), quoted(vkey)),
            _ => format!("UPDATE {table} SET vkey = {} WHERE vkey = {}", quoted(&scribbled(dice, vkey)), quoted(vkey)),
        };
        Edit { statements: vec![statement], expected: Expected::Anywhere, with_kept: false }
    }

    fn remove(&self, dice: &mut Dice) -> Edit {
        let seq = dice.below(self.size);
        let id = quoted(text(&self.audit[seq as usize], "id"));
        let audit = format!(r#"DELETE FROM "LiteLLM_AuditLog" WHERE "id" = {id}"#);
        let ledger = format!("DELETE FROM {} WHERE seq = {seq}", self.own("ledger"));
        // All that comes after moves up one place.
        let shift = format!(
            "UPDATE {0} SET seq = -seq - 1000000 WHERE seq > {seq};UPDATE {0} SET seq = -seq - 1000001 WHERE seq < 0",
            self.own("ledger")
        );
        let statements = match dice.below(4) {
            0 => vec![audit],
            1 => vec![ledger],
            2 => vec![audit, ledger],
            _ => {
                let head = format!("UPDATE {} SET size = size - 1", self.own("head"));
                let shift = shift.split(';').map(str::to_owned);
                [audit, ledger].into_iter().chain(shift).chain([head]).collect()
            }
        };
        Edit { statements, expected: Expected::Entry(seq), with_kept: false }
    }

    /// Two rows change places.
    fn swap(&self, dice: &mut Dice) -> Edit {
        let one = dice.below(self.size - 1);
        let other = one + 1 + dice.below(self.size - one - 1);
        let ids = [one, other].map(|seq| quoted(text(&self.audit[seq as usize], "id")));
        let (table, column, [from, to]) = match dice.below(3) {
            0 => (r#""LiteLLM_AuditLog""#.to_owned(), r#""id""#, ids),
            1 => (self.own("ledger"), "seq", [one, other].map(|seq| seq.to_string())),
            _ => {
                // Only the leaves.
                let leaves = [one, other].map(|seq| quoted(self.leaf(seq)));
                let set =
                    |seq: u64, leaf: &str| format!("UPDATE {} SET leaf = {leaf} WHERE seq = {seq}", self.own("ledger"));
                let statements = vec![set(one, &leaves[1]), set(other, &leaves[0])];
                return Edit { statements, expected: Expected::Entry(one), with_kept: false };
            }
        };
        let aside = if column == "seq" { "-7" } else { "'aside'" };
        let set = |from: &str, to: &str| format!("UPDATE {table} SET {column} = {to} WHERE {column} = {from}");
        let statements = vec![set(&from, aside), set(&to, &from), set(aside, &to)];
        Edit { statements, expected: Expected::Entry(one), with_kept: false }
    }

    /// A row that the log does not know.
    fn add(&self, dice: &mut Dice) -> Edit {
        let like = quoted(text(dice.one(&self.audit), "id"));
        let id = format!("added-{}", dice.below(1 << 30));
        let columns: Vec<String> = AUDIT[1..].iter().map(|column| format!(r#""{column}""#)).collect();
        let columns = columns.join(", ");
        let statement = format!(
            r#"INSERT INTO "LiteLLM_AuditLog" ("id", {columns}) SELECT {}, {columns} FROM "LiteLLM_AuditLog" WHERE "id" = {like}"#,
            quoted(&id)
        );
        Edit { statements: vec![statement], expected: Expected::Place(format!("row {id:?}")), with_kept: false }
    }

    /// The rows of tree and head, made to fit other leaves.
    fn forge(&self, leaves: &[String]) -> Vec<String> {
        let (tiles, root) = self.tree(leaves);
        let last = leaves.last().unwrap().split(r#""at":""#).nth(1).unwrap().split('"').next().unwrap();
        let mut statements = vec![format!("DELETE FROM {}", self.own("tile"))];
        for (level, n, hashes) in tiles {
            let blob = self.blob(&hashes);
            statements
                .push(format!("INSERT INTO {} (level, n, hashes) VALUES ({level}, {n}, {blob})", self.own("tile")));
        }
        let (head, size) = (self.own("head"), leaves.len());
        statements.push(format!("UPDATE {head} SET size = {size}, root = '{root}', last_at = '{last}'"));
        statements
    }

    /// The end of the log, gone without a trace in the database: the published checkpoints go with it.
    pub fn cut(&self, dice: &mut Dice) -> Edit {
        let last = *self.published.last().unwrap();
        self.cut_at(1 + dice.below(last - 1))
    }

    pub fn cut_at(&self, end: u64) -> Edit {
        let mut statements = vec![
            format!(
                r#"DELETE FROM "LiteLLM_AuditLog" WHERE "id" IN (SELECT audit_id FROM {} WHERE seq >= {end})"#,
                self.own("ledger")
            ),
            format!("DELETE FROM {} WHERE seq >= {end}", self.own("ledger")),
            format!("DELETE FROM {} WHERE size > {end}", self.own("checkpoint")),
        ];
        statements.extend(self.forge(&self.leaves()[..end as usize]));
        Edit { statements, expected: Expected::Entry(end), with_kept: true }
    }

    /// An entry told anew, with its row, the tree and the head: only who signed the log knows better.
    fn rewrite(&self, dice: &mut Dice) -> Edit {
        let last = *self.published.last().unwrap();
        let seq = dice.below(last);
        let mut leaves = self.leaves();
        let leaf = &mut leaves[seq as usize];
        let old = leaf.split(r#""action":""#).nth(1).unwrap().split('"').next().unwrap().to_owned();
        *leaf = leaf.replace(&format!(r#""action":"{old}""#), r#""action":"viewed""#);
        let id = quoted(text(&self.audit[seq as usize], "id"));
        let mut statements = vec![
            format!("UPDATE {} SET leaf = {} WHERE seq = {seq}", self.own("ledger"), quoted(leaf)),
            format!(r#"UPDATE "LiteLLM_AuditLog" SET "action" = 'viewed' WHERE "id" = {id}"#),
        ];
        statements.extend(self.forge(&leaves));
        let good = self.published.iter().rev().find(|size| **size <= seq).copied().unwrap_or(0);
        Edit { statements, expected: Expected::Among(good, seq), with_kept: false }
    }
}
