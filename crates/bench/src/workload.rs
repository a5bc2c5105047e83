//! The questions that are asked of the data set: the fourteen of the published workload, and those that only this log answers.
//!
//! Parameters and totals come from a [`Survey`] of the data set, so that every scale is asked the same.

use crate::survey::{DAY, Survey, YEAR};

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub name: &'static str,
    /// Path and query.
    pub path: String,
    pub total: Total,
    /// A member that the answer has. A server that does not know a parameter ignores it.
    pub member: &'static str,
}

/// How many entries there are to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    Rows(u64),
    /// All entries of the log, but for so many.
    AllBut(u64),
    /// Nobody has counted, but not all of them.
    Fewer,
    /// The answer does not say.
    Unchecked,
}

impl Total {
    /// What is to be said, when the log has `entries`.
    pub fn among(self, entries: u64) -> Option<u64> {
        match self {
            Total::Rows(rows) => Some(rows),
            Total::AllBut(rows) => Some(entries - rows),
            Total::Fewer | Total::Unchecked => None,
        }
    }
}

/// The names of the published workload, in its order.
pub const PUBLISHED: [&str; 14] = [
    "first_page_default",
    "first_page_action",
    "table_name_and_action",
    "changed_by_frequent",
    "changed_by_rare",
    "object_id",
    "date_range_one_day",
    "date_range_one_year",
    "search",
    "object_team_id",
    "sort_by_action_asc",
    "page_1000_of_100",
    "last_page_of_100",
    "by_id",
];

/// The items whose depth is compared: the first page, one in the middle, the last one.
pub const DEPTHS: [&str; 3] = ["depth_first", "depth_middle", "depth_last"];

pub fn items(survey: &Survey) -> Vec<Item> {
    let Survey { n, counts, token, team, rare_actor, id, .. } = survey;
    let (all, last) = (Total::AllBut(0), n / 100);
    let mut items = Vec::new();
    let mut add = |name, query: String, total| {
        items.push(Item { name, path: format!("/audit{query}"), total, member: "audit_logs" });
    };
    add("first_page_default", String::new(), all);
    add("first_page_action", "?action=updated".to_owned(), Total::Rows(counts.updated));
    let query = "?table_name=LiteLLM_TeamTable&action=deleted".to_owned();
    add("table_name_and_action", query, Total::Rows(counts.teams_deleted));
    add("changed_by_frequent", "?changed_by=default_user_id".to_owned(), Total::Rows(counts.by_frequent));
    add("changed_by_rare", format!("?changed_by={rare_actor}"), Total::Rows(survey.by_rare));
    add("object_id", format!("?object_id={token}"), Total::Rows(counts.about_token));
    for (name, [from, until], count) in
        [("date_range_one_day", DAY, counts.on_day), ("date_range_one_year", YEAR, counts.in_year)]
    {
        add(name, format!("?start_date={from}&end_date={until}"), Total::Rows(count));
    }
    add("search", format!("?search={token}"), Total::Rows(counts.about_token));
    add("object_team_id", format!("?object_team_id={team}"), Total::Rows(counts.of_team));
    add("sort_by_action_asc", "?sort_by=action&sort_order=asc".to_owned(), all);
    add("page_1000_of_100", "?page=1000&page_size=100".to_owned(), all);
    add("last_page_of_100", format!("?page={last}&page_size=100"), all);
    items.push(Item { name: "by_id", path: format!("/audit/{id}"), total: Total::Unchecked, member: "id" });
    debug_assert!(items.iter().map(|item| item.name).eq(PUBLISHED));

    let mut add = |name, query: String, total, member| {
        items.push(Item { name, path: format!("/audit{query}"), total, member });
    };
    for (name, page) in DEPTHS.into_iter().zip([1, last / 2, last]) {
        add(name, format!("?page={page}&page_size=100"), all, "audit_logs");
    }
    // The page in the middle: there is no end that is near.
    let (sorted, middle) = ("&sort_order=asc&page_size=10&page=", n / 20);
    for (name, column) in [
        ("sort_by_id", "id"),
        ("sort_by_updated_at", "updated_at"),
        ("sort_by_changed_by", "changed_by"),
        ("sort_by_changed_by_api_key", "changed_by_api_key"),
        ("sort_by_action", "action"),
        ("sort_by_table_name", "table_name"),
        ("sort_by_object_id", "object_id"),
        ("sort_by_before_value", "before_value"),
        ("sort_by_updated_values", "updated_values"),
    ] {
        add(name, format!("?sort_by={column}{sorted}{middle}"), all, "audit_logs");
    }
    let rows = Total::Rows;
    add("not_deleted", "?action!=deleted".to_owned(), Total::AllBut(counts.deleted), "audit_logs");
    add("changed_field", "?changed_field=max_budget".to_owned(), rows(counts.budget_changed), "audit_logs");
    let query = "?changed_field=max_budget&after_gt=900".to_owned();
    add("after_gt", query, rows(counts.budget_above_900), "audit_logs");
    add("words_rare", format!("?q={token}"), rows(counts.showing_token), "audit_logs");
    add("words_frequent", "?q=quarterly".to_owned(), rows(counts.quarterly), "audit_logs");
    add("words_ticket", "?q=CHG-4711".to_owned(), Total::Fewer, "audit_logs");
    add("histogram", "/histogram".to_owned(), all, "buckets");
    add("histogram_filtered", "/histogram?action=updated".to_owned(), rows(counts.updated), "buckets");
    add("facets", "/facets".to_owned(), all, "facets");
    add("facets_filtered", "/facets?action=updated".to_owned(), rows(counts.updated), "facets");
    add("cursor_poll", format!("?cursor=s-{:x}&page_size=100", n / 2), Total::Unchecked, "complete_through");
    add("cursor_at_end", "?cursor=end&page_size=100".to_owned(), Total::Unchecked, "complete_through");
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameters_are_those_of_the_published_workload() {
        let hundred_thousand = Survey::of(100_000);
        assert_eq!(hundred_thousand.rare_actor, "user0472@example.com");
        assert_eq!(hundred_thousand.by_rare, 21);
        assert_eq!(hundred_thousand.token, "e8c18213466e09f5e0c733c7de3afc306f4c30c593ac2c99ed23367fc2ea60a3");
        assert_eq!(hundred_thousand.team, "71db8d09-4967-fef4-2095-40adc8ef2c61");
        assert_eq!(hundred_thousand.id, "93d870a2-38c8-4efd-a6e8-5b83053a3871");
        let items = items(&hundred_thousand);
        assert_eq!(items[4].path, "/audit?changed_by=user0472@example.com");
        assert_eq!(items[12].path, "/audit?page=1000&page_size=100");
        let mut names: Vec<&str> = items.iter().map(|item| item.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), items.len(), "a name is there twice");
    }

    #[test]
    fn a_survey_counts_what_is_in_the_rows() {
        let survey = Survey::of(4000);
        let rows: Vec<_> = (1..=4000).map(|i| crate::rows::row(i, 4000)).collect();
        let count = |test: &dyn Fn(&crate::rows::AuditRow) -> bool| rows.iter().filter(|row| test(row)).count() as u64;
        let counts = &survey.counts;
        assert_eq!(counts.updated, count(&|row| row.action == "updated" || row.action == "update"));
        assert_eq!(counts.by_frequent, count(&|row| row.changed_by == "default_user_id"));
        assert_eq!(survey.by_rare, count(&|row| row.changed_by == survey.rare_actor));
        let shows = |row: &crate::rows::AuditRow, text: &str| {
            format!("{} {}", row.before_value.clone().unwrap_or_default(), row.updated_values).contains(text)
        };
        assert_eq!(counts.quarterly, count(&|row| shows(row, "quarterly")));
        assert_eq!(counts.of_team, count(&|row| shows(row, &format!("team_id\":\"{}", survey.team))));
        assert_eq!(
            counts.in_year,
            count(&|row| (YEAR[0].parse().unwrap()..=YEAR[1].parse().unwrap()).contains(&row.updated_at))
        );
        assert_eq!(Total::AllBut(counts.deleted).among(4001), Some(4001 - count(&|row| row.action == "deleted")));
    }
}
