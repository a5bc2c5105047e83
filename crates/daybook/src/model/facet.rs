//! The values that entries have, and how many have each.

/// What entries are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facet {
    ChangedBy,
    ChangedByApiKey,
    Action,
    TableName,
    ObjectId,
    /// The text at `team_id` of either value; an entry that has two counts for both.
    TeamId,
    /// The text at `token` of either value.
    KeyHash,
    /// Each of the fields that an entry of the log says have changed.
    ChangedField,
}

impl Facet {
    pub const ALL: [Facet; 8] = [
        Facet::ChangedBy,
        Facet::ChangedByApiKey,
        Facet::Action,
        Facet::TableName,
        Facet::ObjectId,
        Facet::TeamId,
        Facet::KeyHash,
        Facet::ChangedField,
    ];

    /// The parameter that asks for a value of it.
    pub fn as_str(self) -> &'static str {
        match self {
            Facet::ChangedBy => "changed_by",
            Facet::ChangedByApiKey => "changed_by_api_key",
            Facet::Action => "action",
            Facet::TableName => "table_name",
            Facet::ObjectId => "object_id",
            Facet::TeamId => "object_team_id",
            Facet::KeyHash => "object_key_hash",
            Facet::ChangedField => "changed_field",
        }
    }
}

/// The most frequent values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// By count, the greatest first, then by their bytes.
    pub most: Vec<(String, i64)>,
    /// How many different values there are.
    pub distinct: i64,
}
