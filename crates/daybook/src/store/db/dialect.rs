//! The spellings in which the two databases differ.

use crate::model::table::{Kind, Table};

/// The spellings that differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// The name of one of Daybook's own tables.
    pub fn own(self, table: &str) -> String {
        match self {
            Dialect::Sqlite => format!("daybook_{table}"),
            Dialect::Postgres => format!("daybook.{table}"),
        }
    }

    /// An expression that gives the row of the table that goes by `alias` as JSON text.
    pub(crate) fn row(self, table: &Table, alias: &str) -> String {
        match self {
            Dialect::Postgres => format!("to_jsonb({alias})::text"),
            Dialect::Sqlite => {
                // Written for every row that is read: no text for each member.
                let mut text = String::with_capacity(table.columns.len() * (2 * alias.len() + 32));
                text.push_str("json_object(");
                for (index, (name, kind)) in table.columns.iter().enumerate() {
                    let (open, close) = match kind {
                        Kind::Json | Kind::Sealed | Kind::TextArray => ("json(", "\")"),
                        _ => ("", "\""),
                    };
                    let first = if index == 0 { "'" } else { ", '" };
                    [first, name, "', ", open, alias, ".\"", name, close].iter().for_each(|piece| text.push_str(piece));
                }
                text.push(')');
                text
            }
        }
    }

    /// A JSON object of expressions, as text: `object(&[("n", "count(*)")])`.
    pub(crate) fn object(self, members: &[(&str, &str)]) -> String {
        let list: Vec<String> = members.iter().map(|(name, value)| format!("'{name}', {value}")).collect();
        match self {
            Dialect::Sqlite => format!("json_object({})", list.join(", ")),
            Dialect::Postgres => format!("jsonb_build_object({})::text", list.join(", ")),
        }
    }

    /// Locks the rows that a SELECT finds until the end of the transaction. SQLite's only writer holds them all.
    pub(crate) fn for_update(self) -> &'static str {
        match self {
            Dialect::Sqlite => "",
            Dialect::Postgres => " FOR UPDATE",
        }
    }

    /// The text of member `name` of a JSON column.
    pub(crate) fn json_text(self, column: &str, name: &str) -> String {
        format!("({column} ->> '{name}')")
    }

    /// The text at `name` of the object in a JSON column of an audit row, `NULL` when there is no text. LiteLLM stores some
    /// of these objects as the text of their JSON; they are looked into as well. Written as the indexes have it.
    pub(crate) fn member(self, column: &str, name: &str) -> String {
        match self {
            Dialect::Postgres => format!("daybook.member({column}, '{name}') COLLATE \"C\""),
            Dialect::Sqlite => {
                let object = unwrapped(column);
                format!("CASE WHEN json_type({object}, '$.{name}') = 'text' THEN ({object}) ->> '{name}' END")
            }
        }
    }

    /// Whether a text column that holds a JSON list of texts has any of the list in `placeholder` ([`Bind::Texts`]).
    pub(crate) fn list_has_any(self, column: &str, placeholder: &str) -> String {
        match self {
            Dialect::Postgres => format!("jsonb_exists_any({column}::jsonb, {placeholder})"),
            Dialect::Sqlite => format!(
                "EXISTS (SELECT 1 FROM json_each({column}) AS f \
                 WHERE f.value IN (SELECT value FROM json_each({placeholder})))"
            ),
        }
    }

    /// Those of the names in `placeholder` ([`Bind::Texts`]) that are in a JSON list of texts, with the numbers that the object in a
    /// JSON column of an audit row has there: what to select from, with its condition, and the number.
    pub(crate) fn changed_numbers(self, list: &str, values: &str, placeholder: &str) -> (String, String) {
        match self {
            Dialect::Postgres => (
                format!("unnest({placeholder}::text[]) AS f(name) WHERE jsonb_exists({list}::jsonb, f.name)"),
                format!("daybook.number({values}, f.name)"),
            ),
            Dialect::Sqlite => {
                let object = unwrapped(values);
                let from = format!(
                    "json_each({list}) AS f, json_each(CASE WHEN json_type({object}) = 'object' THEN {object} END) AS m \
                     WHERE f.value IN (SELECT value FROM json_each({placeholder})) AND m.key = f.value \
                     AND m.type IN ('integer', 'real') AND abs(CAST(m.value AS REAL)) <= 1.7976931348623157e308"
                );
                (from, "CAST(m.value AS REAL)".to_owned())
            }
        }
    }

    /// A text column that is compared and sorted by its bytes, whatever the locale of the database.
    pub(crate) fn by_bytes(self, column: &str) -> String {
        match self {
            Dialect::Sqlite => column.to_owned(),
            Dialect::Postgres => format!("{column} COLLATE \"C\""),
        }
    }

    /// A JSON column as the text that is stored.
    pub(crate) fn raw_json(self, column: &str) -> String {
        match self {
            Dialect::Sqlite => column.to_owned(),
            Dialect::Postgres => format!("{column}::text"),
        }
    }

    /// A time as it was read from a column of times, for a comparison with that column.
    pub(crate) fn stored_time(self, placeholder: &str) -> String {
        match self {
            Dialect::Sqlite => placeholder.to_owned(),
            Dialect::Postgres => format!("({placeholder}::text)::timestamp"),
        }
    }

    /// Whether a text holds another one.
    pub(crate) fn holds(self, text: &str, placeholder: &str) -> String {
        match self {
            Dialect::Sqlite => format!("instr({text}, {placeholder}) > 0"),
            Dialect::Postgres => format!("strpos({text}, {placeholder}) > 0"),
        }
    }

    /// Binds SQLite to an index, which it has because nobody but us makes its tables. PostgreSQL knows what is best.
    pub(crate) fn indexed_by(self, index: &str) -> String {
        match self {
            Dialect::Sqlite => format!(r#" INDEXED BY "{index}""#),
            Dialect::Postgres => String::new(),
        }
    }

    /// Whether a text-array column holds the text in `placeholder`.
    pub(crate) fn array_has(self, column: &str, placeholder: &str) -> String {
        match self {
            Dialect::Sqlite => {
                format!("EXISTS (SELECT 1 FROM json_each({column}) AS item WHERE item.value = {placeholder})")
            }
            Dialect::Postgres => format!("({placeholder} = ANY({column}))"),
        }
    }

    /// Whether `column` is one of the texts of the list in `placeholder` ([`Bind::Texts`]).
    pub(crate) fn any_of(self, column: &str, placeholder: &str) -> String {
        match self {
            Dialect::Sqlite => format!("{column} IN (SELECT value FROM json_each({placeholder}))"),
            Dialect::Postgres => format!("{column} = ANY({placeholder})"),
        }
    }

    /// Whether a JSON list of objects has one whose member `name` is the text in `placeholder`.
    pub(crate) fn list_has(self, column: &str, name: &str, placeholder: &str) -> String {
        match self {
            Dialect::Sqlite => format!(
                "EXISTS (SELECT 1 FROM json_each({column}) AS item \
                 WHERE json_type({column}) = 'array' AND item.value ->> '{name}' = {placeholder})"
            ),
            Dialect::Postgres => {
                format!("({column} @> jsonb_build_array(jsonb_build_object('{name}', {placeholder}::text)))")
            }
        }
    }

    /// An address without the ASCII blanks around it, in lower case as far as the database knows one: the very expression
    /// of the index `daybook_user_email`.
    pub(crate) fn email(self, column: &str) -> String {
        match self {
            Dialect::Sqlite => format!("lower(trim({column}, ' ' || char(9, 10, 11, 12, 13)))"),
            Dialect::Postgres => format!(r"lower(btrim({column}, E' \t\n\x0b\x0c\r'))"),
        }
    }

    /// The number of items of a JSON list; 0 for an object.
    pub(crate) fn json_length(self, column: &str) -> String {
        match self {
            Dialect::Sqlite => format!("json_array_length({column})"),
            Dialect::Postgres => {
                format!("CASE jsonb_typeof({column}) WHEN 'array' THEN jsonb_array_length({column}) ELSE 0 END")
            }
        }
    }

    /// Where NULL stands in an ascending or descending order: PostgreSQL's default, which LiteLLM's lists show.
    pub(crate) fn order(self, column: &str, descending: bool) -> String {
        match (self, descending) {
            (Dialect::Sqlite, true) => format!("{column} DESC NULLS FIRST"),
            (Dialect::Sqlite, false) => format!("{column} ASC NULLS LAST"),
            (Dialect::Postgres, true) => format!("{column} DESC"),
            (Dialect::Postgres, false) => format!("{column} ASC"),
        }
    }
}

/// SQLite: the value of a JSON column, or the one whose JSON is the text in it.
fn unwrapped(column: &str) -> String {
    format!(
        "CASE WHEN json_type({column}) = 'text' THEN \
         CASE WHEN json_valid({column} ->> '$') THEN {column} ->> '$' END ELSE {column} END"
    )
}

/// A text for `LIKE ... ESCAPE '\'` that means itself.
pub(crate) fn like_literal(text: &str) -> String {
    text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_")
}
