//! The query string of the list of budgets: `page`, `page_size`, `sort`, `q` and `filter[field][operator]`.

use daybook::manage::budgets::{Question, SORTABLE};
use daybook::model::time;
use daybook::store::Bind;
use daybook::store::budgets::Condition;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::unknown_parameters;
use crate::api::error::Document;
use crate::wire::{Query, python};

const PAGE_SIZE: i64 = 50;
const MOST: i64 = 100;

/// What can be asked of a column, and how its values are read.
struct Filter {
    column: &'static str,
    kind: Kind,
    operators: &'static [&'static str],
}

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Float,
    Time,
}

static FILTERS: &[Filter] = &[
    Filter { column: "budget_duration", kind: Kind::Text, operators: &["in", "is_null"] },
    Filter { column: "max_budget", kind: Kind::Float, operators: &["gte", "lte", "is_null"] },
    Filter { column: "created_at", kind: Kind::Time, operators: &["gte", "lte"] },
];

/// Every operator that a filter can have, somewhere.
const OPERATORS: &[&str] = &["contains", "eq", "gt", "gte", "in", "is_null", "lt", "lte", "not"];

/// Reads the question, or says what is wrong with it: one thing at a time, in LiteLLM's order.
pub fn read(query: &Query) -> Result<Question, Document> {
    let mut names: Vec<&str> = query.iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    let repeated = repeated(&names);
    names.dedup();
    let unknown: Vec<&str> = names.iter().copied().filter(|name| !is_known(name)).collect();
    if !unknown.is_empty() {
        let allowed = allowed();
        return Err(unknown_parameters(&unknown).allowing(allowed.iter().map(String::as_str)));
    }
    if let Some(name) = names.iter().find(|name| query.last(name).is_some_and(|text| text.contains('\0'))) {
        return Err(invalid(format!("'{name}' holds a NUL character.")));
    }
    let page = positive(query, "page")?.unwrap_or(1);
    let page_size = positive(query, "page_size")?.unwrap_or(PAGE_SIZE).min(MOST);
    let order = query.last("sort").map(sort).transpose()?.unwrap_or_default();
    let mut conditions = Vec::new();
    for name in names {
        if let Some((filter, operator)) = parse_name(name) {
            conditions.push(condition(filter, operator, query.last(name).unwrap_or_default())?);
        }
    }
    if let Some(part) = query.last("q").filter(|part| !part.is_empty()) {
        conditions.push(Condition::Contains("budget_id", part.to_owned()));
    }
    if !repeated.is_empty() {
        let detail = format!(
            "Repeated query parameter(s): {}. Each may appear once; use a comma-separated list for multiple sort keys \
             or filter values.",
            repeated.join(", ")
        );
        return Err(Document::query("duplicate-query-parameter", "Duplicate query parameter", detail));
    }
    Ok(Question { conditions, order, page, page_size })
}

/// Names that stand in a sorted list more than once.
fn repeated<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut repeated: Vec<&str> = names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    repeated.dedup();
    repeated
}

fn is_known(name: &str) -> bool {
    matches!(name, "page" | "page_size" | "sort" | "q") || parse_name(name).is_some()
}

/// `filter[column][operator]`, for a column that can be asked for. Without an operator it is `eq`.
fn parse_name(name: &str) -> Option<(&'static Filter, &str)> {
    let inner = name.strip_prefix("filter[")?.strip_suffix(']')?;
    let (column, operator) = inner.split_once("][").unwrap_or((inner, "eq"));
    let filter = FILTERS.iter().find(|filter| filter.column == column)?;
    OPERATORS.contains(&operator).then_some((filter, operator))
}

fn allowed() -> Vec<String> {
    let filters = FILTERS
        .iter()
        .flat_map(|filter| filter.operators.iter().map(|operator| format!("filter[{}][{operator}]", filter.column)));
    ["page", "page_size", "sort", "q"].map(str::to_owned).into_iter().chain(filters).collect()
}

fn invalid(detail: String) -> Document {
    Document::query("invalid-query-parameter", "Invalid query parameter", detail)
}

fn positive(query: &Query, name: &str) -> Result<Option<i64>, Document> {
    let Some(text) = query.last(name) else { return Ok(None) };
    match text.trim().parse::<i64>() {
        Ok(number) if number >= 1 => Ok(Some(number)),
        Ok(_) => Err(invalid(format!("'{name}' must be 1 or greater."))),
        Err(_) => Err(invalid(format!("'{name}' must be an integer."))),
    }
}

fn sort(text: &str) -> Result<Vec<(&'static str, bool)>, Document> {
    let named: Vec<(&str, bool)> = text
        .split(',')
        .map(str::trim)
        .map(|part| part.strip_prefix('-').map_or((part, false), |column| (column, true)))
        .collect();
    let columns = || SORTABLE.iter().copied();
    let mut unknown: Vec<&str> = named.iter().map(|(name, _)| *name).filter(|name| !SORTABLE.contains(name)).collect();
    unknown.sort_unstable();
    unknown.dedup();
    if !unknown.is_empty() {
        let shown: Vec<String> = unknown.iter().map(|name| python::repr_str(name)).collect();
        let detail = format!("Cannot sort budgets by: {}.", shown.join(", "));
        return Err(Document::query("invalid-sort-field", "Invalid sort field", detail).allowing(columns()));
    }
    let mut sorted: Vec<&str> = named.iter().map(|(name, _)| *name).collect();
    sorted.sort_unstable();
    let repeated = repeated(&sorted);
    if !repeated.is_empty() {
        let detail = format!("Sort field(s) named more than once: {}. Each may appear once.", repeated.join(", "));
        return Err(Document::query("duplicate-sort-field", "Duplicate sort field", detail).allowing(columns()));
    }
    let column = |name: &str| columns().find(|column| *column == name);
    Ok(named.into_iter().filter_map(|(name, descending)| Some((column(name)?, descending))).collect())
}

fn condition(filter: &'static Filter, operator: &str, text: &str) -> Result<Condition, Document> {
    let Filter { column, kind, operators } = *filter;
    if !operators.contains(&operator) {
        let detail = format!("Operator '{operator}' is not supported on '{column}'.");
        let document = Document::query("unsupported-filter-operator", "Unsupported filter operator", detail);
        return Err(document.allowing(operators.iter().copied()));
    }
    match operator {
        "is_null" => match text.to_ascii_lowercase().as_str() {
            "true" => Ok(Condition::Null(column)),
            "false" => Ok(Condition::NotNull(column)),
            _ => Err(invalid(format!("'filter[{column}][is_null]' must be 'true' or 'false'."))),
        },
        "in" => Ok(Condition::AnyOf(column, text.split(',').map(|item| item.trim().to_owned()).collect())),
        "gte" => Ok(Condition::AtLeast(column, value(column, operator, kind, text)?)),
        _ => Ok(Condition::AtMost(column, value(column, operator, kind, text)?)),
    }
}

fn value(column: &str, operator: &str, kind: Kind, text: &str) -> Result<Bind, Document> {
    let (name, read) = match kind {
        Kind::Text => ("str", Some(Bind::from(text))),
        Kind::Float => ("float", text.trim().parse::<f64>().ok().filter(|number| number.is_finite()).map(Bind::Float)),
        Kind::Time => ("datetime", time::parse(text).map(Bind::Time)),
    };
    read.ok_or_else(|| {
        invalid(format!("'filter[{column}][{operator}]' is not a valid {name}: {}.", python::repr_str(text)))
    })
}

/// What Python's `quote_plus` leaves as it is, besides letters and digits.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'.').remove(b'-').remove(b'~').remove(b' ');

/// The same question for another page.
pub fn link(path: &str, query: &Query, page: i64) -> String {
    let encode = |text: &str| utf8_percent_encode(text, PLAIN).to_string().replace(' ', "+");
    let mut pairs: Vec<String> = query
        .iter()
        .filter(|(name, _)| *name != "page")
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    pairs.push(format!("page={page}"));
    format!("{path}?{}", pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(query: &str) -> String {
        format!("{:?}", read(&Query::new(query)).unwrap_err())
    }

    #[test]
    fn a_question_is_read_whole() {
        let query = "sort=-max_budget,budget_id&page=3&page_size=500&q=b&filter[max_budget][gte]=1e1\
                     &filter[budget_duration][in]=7d, 30d&filter[max_budget][is_null]=FALSE";
        let question = read(&Query::new(query)).unwrap();
        assert_eq!((question.page, question.page_size), (3, 100));
        assert_eq!(question.order, [("max_budget", true), ("budget_id", false)]);
        assert_eq!(question.conditions.len(), 4);
        assert!(matches!(&question.conditions[0], Condition::AnyOf(_, texts) if *texts == ["7d", "30d"]));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (query, said) in [
            ("x=1&filter[zz]=1&filter[max_budget][odd]=1", "filter[max_budget][odd], filter[zz], x."),
            ("page=0", "'page' must be 1 or greater."),
            ("page_size=many", "'page_size' must be an integer."),
            ("sort=-zz,spend", "Cannot sort budgets by: 'spend', 'zz'."),
            ("sort=max_budget,-max_budget", "named more than once: max_budget."),
            ("filter[max_budget]=1", "Operator 'eq' is not supported on 'max_budget'."),
            ("filter[max_budget][gte]=x", "'filter[max_budget][gte]' is not a valid float: 'x'."),
            ("filter[created_at][lte]=x", "is not a valid datetime: 'x'."),
            ("filter[budget_duration][is_null]=1", "must be 'true' or 'false'."),
            ("page=1&page=2", "Repeated query parameter(s): page."),
        ] {
            let problem = problem(query);
            assert!(problem.contains(said), "{query}: {problem}");
        }
    }

    #[test]
    fn a_link_asks_the_same_of_another_page() {
        let query = Query::new("page=2&filter%5Bmax_budget%5D%5Bgte%5D=1&q=a+b,~");
        assert_eq!(link("/b", &query, 3), "/b?filter%5Bmax_budget%5D%5Bgte%5D=1&q=a+b%2C~&page=3");
    }
}
