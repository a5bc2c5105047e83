//! Which members an entry says have changed. It follows from what the entry shows, so that nobody can edit the list alone.

use serde_json::Value;

/// The names, sorted: every member of a new object, every member of one that is gone, else the members of `after` that
/// `before` does not have so. An erased side counts as absent.
pub fn changed_fields(before: Option<&Value>, after: Option<&Value>) -> Vec<String> {
    let before = before.and_then(Value::as_object).filter(|members| !members.is_empty());
    let after = after.and_then(Value::as_object).filter(|members| !members.is_empty());
    let mut names: Vec<String> = match (before, after) {
        (None, None) => Vec::new(),
        (Some(all), None) | (None, Some(all)) => all.keys().cloned().collect(),
        (Some(before), Some(after)) => after
            .iter()
            .filter(|(name, value)| before.get(*name) != Some(value))
            .map(|(name, _)| name.clone())
            .collect(),
    };
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn all_members_of_what_comes_or_goes_and_those_that_differ_between() {
        let (row, changed) = (json!({"b": 1, "a": null}), json!({"a": 2, "b": 1, "c": null}));
        assert_eq!(changed_fields(None, Some(&row)), ["a", "b"]);
        assert_eq!(changed_fields(Some(&row), Some(&json!({}))), ["a", "b"]);
        assert_eq!(changed_fields(Some(&row), Some(&changed)), ["a", "c"]);
        assert_eq!(changed_fields(None, Some(&Value::Null)), [""; 0]);
    }
}
