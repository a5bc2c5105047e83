//! The index against a loop over the same entries: random histories (in order, late, replaced), tiny segments, merges in
//! between, random questions.

use std::collections::HashMap;

use proptest::prelude::*;
use proptest::sample::select;

use super::segment::{Entry, Field, Id};
use super::*;
use crate::model::question::{Bound, Column, Comparison, Direction, Excluded, Filter, Page, Question, Scope, Sort};

fn words(field: Field) -> &'static [&'static str] {
    match field {
        Field::ChangedBy => &["ada", "bob", "cyd", "", "é"],
        Field::ChangedByApiKey => &["k1", "k2", "k3"],
        Field::Action => &["created", "updated", "deleted"],
        Field::TableName => &["LiteLLM_TeamTable", "LiteLLM_BudgetTable", "notes"],
        Field::ObjectId | Field::Team => &["t1", "t2", "t3", "t4", "t5"],
        Field::Token => &["h1", "h2"],
        Field::Organization => &["o1", "o2", ""],
        Field::Changed => &["max_budget", "alias", "tpm_limit"],
    }
}

const NUMBERS: &[f64] = &[0.0, 1.0, 999.99, 1000.0, 1000.01, 5000.0, -3.5];

fn values(field: Field) -> BoxedStrategy<Vec<Box<str>>> {
    let one = select(words(field)).prop_map(Box::from);
    match field {
        Field::Team | Field::Token | Field::Organization | Field::Changed => {
            prop::collection::btree_set(one, 0..3).prop_map(|set| set.into_iter().collect()).boxed()
        }
        _ => one.prop_map(|value| vec![value]).boxed(),
    }
}

/// What happens: an entry at the end of the log, a row past the log, or a row that is replaced (adopted, or erased).
#[derive(Clone, Debug)]
enum Event {
    Append { wait: i64, values: [Vec<Box<str>>; 9], number: Option<f64> },
    Arrive { at: i64, id: u128, values: [Vec<Box<str>>; 9] },
    Adopt { which: prop::sample::Index },
    Replace { which: prop::sample::Index, values: [Vec<Box<str>>; 9] },
    Merge,
}

fn all_values() -> impl Strategy<Value = [Vec<Box<str>>; 9]> {
    Field::ALL.map(values).to_vec().prop_map(|list| list.try_into().unwrap())
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => (0..3_i64, all_values(), prop::option::of(select(NUMBERS)))
            .prop_map(|(wait, values, number)| Event::Append { wait, values, number }),
        2 => (0..120_i64, any::<u128>(), all_values()).prop_map(|(at, id, values)| Event::Arrive { at, id, values }),
        1 => any::<prop::sample::Index>().prop_map(|which| Event::Adopt { which }),
        1 => (any::<prop::sample::Index>(), all_values()).prop_map(|(which, values)| Event::Replace { which, values }),
        1 => Just(Event::Merge),
    ]
}

fn play(events: Vec<Event>) -> (Index, Vec<Entry>) {
    let mut index = Index { sealed_at: 7, ..Index::default() };
    let mut known: Vec<Entry> = Vec::new();
    let (mut now, mut next) = (0, 0);
    for (number_of_event, event) in events.into_iter().enumerate() {
        match event {
            Event::Append { wait, values, number } => {
                now += wait;
                let numbers = values[Field::Changed as usize]
                    .iter()
                    .zip(number)
                    .map(|(member, number)| (member.clone(), number))
                    .collect();
                let id = Id::Uuid(u128::from(next) << 64 | number_of_event as u128);
                known.push(Entry { at: now, seq: Some(next), id, values, numbers });
                next += 1;
                index.apply(known.last().unwrap());
            }
            Event::Arrive { at, id, mut values } => {
                values[Field::Changed as usize].clear();
                let id = if id % 3 == 0 { Id::Other(format!("row {id}").into()) } else { Id::Uuid(id) };
                known.push(Entry { at, seq: None, id, values, numbers: Vec::new() });
                index.apply(known.last().unwrap());
            }
            Event::Adopt { which } => {
                let mut waiting: Vec<&mut Entry> = known.iter_mut().filter(|entry| entry.seq.is_none()).collect();
                if !waiting.is_empty() {
                    let place = which.index(waiting.len());
                    waiting[place].seq = Some(next);
                    next += 1;
                    index.apply(waiting[place]);
                }
            }
            Event::Replace { which, values } => {
                if !known.is_empty() {
                    let place = which.index(known.len());
                    known[place].values = values;
                    known[place].numbers.clear();
                    index.apply(&known[place]);
                }
            }
            Event::Merge => {
                if let Some(due) = index.due() {
                    // The index goes on while the merge runs.
                    let merged = due.run();
                    if let Some(entry) = known.first() {
                        index.apply(entry);
                    }
                    index.install(merged);
                }
            }
        }
    }
    (index, known)
}

fn some(field: Field) -> BoxedStrategy<Vec<String>> {
    let list = words(field).to_vec();
    prop_oneof![
        3 => Just(Vec::new()),
        1 => prop::sample::subsequence(list.clone(), 1..=2.min(list.len()))
            .prop_map(|some| some.into_iter().map(str::to_owned).collect()),
    ]
    .boxed()
}

fn instant() -> impl Strategy<Value = Option<jiff::Timestamp>> {
    prop::option::weighted(0.2, (0..120_i64).prop_map(|at| jiff::Timestamp::from_millisecond(at).unwrap()))
}

fn bounds() -> impl Strategy<Value = Vec<Bound>> {
    let comparison = select(&[Comparison::Greater, Comparison::AtLeast, Comparison::Less, Comparison::AtMost][..]);
    let bound = (comparison, select(NUMBERS)).prop_map(|(comparison, number)| Bound { comparison, number });
    prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(bound, 1..3)]
}

fn filter() -> impl Strategy<Value = Filter> {
    let not = (some(Field::Action), some(Field::Team), some(Field::Changed), some(Field::ChangedBy)).prop_map(
        |(action, team_id, changed_field, changed_by)| Excluded {
            action,
            team_id,
            changed_field,
            changed_by,
            ..Excluded::default()
        },
    );
    let scope = (some(Field::Organization), some(Field::Team), some(Field::ObjectId)).prop_map(
        |(organizations, teams, budgets)| Scope { organizations, teams, budgets, object_permissions: Vec::new() },
    );
    let seq = || prop::option::weighted(0.1, -1..60_i64);
    (
        (some(Field::ChangedBy), some(Field::ChangedByApiKey), some(Field::Action), some(Field::TableName)),
        (some(Field::ObjectId), some(Field::Team), some(Field::Token), some(Field::Changed)),
        (instant(), instant(), bounds(), seq(), seq()),
        prop::option::weighted(0.7, Just(Excluded::default()))
            .prop_flat_map(move |none| none.map_or_else(|| not.clone().boxed(), |none| Just(none).boxed())),
        prop::option::weighted(0.2, scope),
    )
        .prop_map(|(one, two, (from, until, after, after_seq, before_seq), not, scope)| Filter {
            changed_by: one.0,
            changed_by_api_key: one.1,
            action: one.2,
            table_name: one.3,
            object_id: two.0,
            team_id: two.1,
            key_hash: two.2,
            after: if two.3.is_empty() { Vec::new() } else { after },
            changed_field: two.3,
            from,
            until,
            not,
            scope,
            after_seq,
            before_seq,
            ..Filter::default()
        })
}

fn question() -> impl Strategy<Value = Question> {
    let column = select(
        &[
            Column::UpdatedAt,
            Column::Id,
            Column::ChangedBy,
            Column::ChangedByApiKey,
            Column::Action,
            Column::TableName,
            Column::ObjectId,
        ][..],
    );
    let direction = select(&[Direction::Ascending, Direction::Descending][..]);
    (filter(), column, direction, 1..12_i64, 1..9_i64).prop_map(|(filter, column, direction, number, size)| Question {
        filter,
        sort: Sort { column, direction },
        page: Page { number, size },
    })
}

/// The rule, entry by entry.
fn holds(filter: &Filter, entry: &Entry) -> bool {
    let has = |field: Field, values: &[String]| {
        values.iter().any(|value| entry.values[field as usize].iter().any(|have| **have == **value))
    };
    let wanted = |field: Field, values: &[String]| values.is_empty() || has(field, values);
    let nobody_else = entry.values[Field::Organization as usize].iter().all(|value| value.is_empty());
    let table = |name: &str| *entry.values[Field::TableName as usize][0] == *name;
    let scoped = filter.scope.as_ref().is_none_or(|scope| {
        has(Field::Organization, &scope.organizations)
            || nobody_else && has(Field::Team, &scope.teams)
            || nobody_else && table("LiteLLM_TeamTable") && has(Field::ObjectId, &scope.teams)
            || table("LiteLLM_BudgetTable") && has(Field::ObjectId, &scope.budgets)
    });
    let changed = filter.changed_field.is_empty()
        || if filter.after.is_empty() {
            has(Field::Changed, &filter.changed_field)
        } else {
            filter.changed_field.iter().any(|member| {
                entry
                    .numbers
                    .iter()
                    .any(|(name, number)| **name == **member && filter.after.iter().all(|bound| bound.holds(*number)))
            })
        };
    let at = jiff::Timestamp::from_millisecond(entry.at).unwrap();
    let seq = entry.seq.map(|seq| seq as i64);
    wanted(Field::ChangedBy, &filter.changed_by)
        && wanted(Field::ChangedByApiKey, &filter.changed_by_api_key)
        && wanted(Field::Action, &filter.action)
        && wanted(Field::TableName, &filter.table_name)
        && wanted(Field::ObjectId, &filter.object_id)
        && wanted(Field::Team, &filter.team_id)
        && wanted(Field::Token, &filter.key_hash)
        && changed
        && scoped
        && filter.from.is_none_or(|from| at >= from)
        && filter.until.is_none_or(|until| at <= until)
        && filter.after_seq.is_none_or(|after| seq.is_some_and(|seq| seq > after))
        && filter.before_seq.is_none_or(|before| seq.is_some_and(|seq| seq < before))
        && !has(Field::Action, &filter.not.action)
        && !has(Field::Team, &filter.not.team_id)
        && !has(Field::Changed, &filter.not.changed_field)
        && !has(Field::ChangedBy, &filter.not.changed_by)
}

/// Asks until nothing is in doubt, as [`super::super::ask`] does with the database.
fn resolved<T>(known: &[Entry], visible: Option<u64>, filter: &Filter, ask: impl Fn(&Looked, &mut Doubt) -> T) -> T {
    let mut looked = Looked { visible, ..Looked::default() };
    loop {
        let mut doubt = Doubt::new();
        let answer = ask(&looked, &mut doubt);
        if doubt.is_empty() {
            return answer;
        }
        let by_id: HashMap<&Id, &Entry> = known.iter().map(|entry| (&entry.id, entry)).collect();
        looked.numbers.extend(doubt.into_iter().map(|id| {
            let holds = by_id[&id].numbers.iter().any(|(name, number)| {
                filter.changed_field.iter().any(|member| **member == **name)
                    && filter.after.iter().all(|bound| bound.holds(*number))
            });
            (id, holds)
        }));
    }
}

fn value(entry: &Entry, column: Column) -> &str {
    answer::field(column).map_or("", |field| &entry.values[field as usize][0])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_index_answers_as_a_loop_over_the_entries_does(
        events in prop::collection::vec(event(), 0..160),
        questions in prop::collection::vec(question(), 12),
    ) {
        let (mut index, known) = play(events);
        prop_assert_eq!(index.len(), known.len() as u64);
        for (turn, question) in questions.into_iter().enumerate() {
            if turn == 6 {
                // The other half is asked of what a snapshot brings back, in one segment.
                let stamp = snapshot::Stamp { origin: "log".to_owned(), size: 3, last_leaf: [7; 32], mark: -1 };
                let mut file = Vec::new();
                snapshot::write(&index, &stamp, &mut file).unwrap();
                let (read, found) = snapshot::read(file.as_slice()).unwrap();
                prop_assert_eq!(found, stamp);
                index = read.compacted();
            }
            let filter = &question.filter;
            // Some who ask began before the last entries came.
            let visible = (turn % 3 == 0).then_some(turn as u64 * 5);
            let sees = |entry: &Entry| visible.is_none_or(|visible| entry.seq.is_none_or(|seq| seq < visible));
            let mut hits: Vec<&Entry> = known.iter().filter(|entry| holds(filter, entry) && sees(entry)).collect();
            let column = question.sort.column;
            hits.sort_by_key(|entry| (value(entry, column), entry.key()));
            if column == Column::Id {
                hits.sort_by_key(|entry| entry.id.text());
            }
            let in_order = hits.clone();
            if question.sort.direction == Direction::Descending {
                hits.reverse();
            }
            let page: Vec<Id> = hits
                .iter()
                .skip(question.page.offset() as usize)
                .take(question.page.size as usize)
                .map(|entry| entry.id.clone())
                .collect();
            let found = resolved(&known, visible, filter, |looked, doubt| index.page(&question, looked, doubt));
            prop_assert_eq!((found.total, found.ids), (hits.len() as u64, page), "{:?}", question);

            let edges: Vec<i64> = (0..13).map(|edge| edge * 10).collect();
            let counted = resolved(&known, visible, filter, |looked, doubt| index.histogram(filter, &edges, looked, doubt));
            let expected: Vec<u64> = edges
                .windows(2)
                .map(|ends| hits.iter().filter(|entry| (ends[0]..ends[1]).contains(&entry.at)).count() as u64)
                .collect();
            prop_assert_eq!(counted, expected);
            let bounds = resolved(&known, visible, filter, |looked, doubt| index.bounds(filter, looked, doubt));
            let instants = in_order.iter().map(|entry| entry.at);
            prop_assert_eq!(bounds, instants.clone().min().zip(instants.max()));

            let facets = resolved(&known, visible, filter, |looked, doubt| index.facets(filter, &Field::ALL, 3, looked, doubt));
            for (field, facet) in Field::ALL.into_iter().zip(facets) {
                let mut counts: std::collections::BTreeMap<&str, u64> = std::collections::BTreeMap::new();
                for value in hits.iter().flat_map(|entry| &entry.values[field as usize]) {
                    *counts.entry(value).or_default() += 1;
                }
                let distinct = counts.len() as u64;
                let mut values: Vec<(String, u64)> = counts.into_iter().map(|(value, count)| (value.to_owned(), count)).collect();
                values.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
                values.truncate(3);
                prop_assert_eq!(facet, Counted { values, distinct }, "{:?}", field);
            }

            let mut logged: Vec<(u64, Id)> =
                hits.iter().filter_map(|entry| Some((entry.seq?, entry.id.clone()))).filter(|(seq, _)| *seq >= 5).collect();
            logged.sort_by_key(|(seq, _)| *seq);
            logged.truncate(4);
            let polled = resolved(&known, visible, filter, |looked, doubt| index.poll(filter, 5, 4, looked, doubt));
            prop_assert_eq!(polled, logged);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is cut out is as if nothing else had ever been there, also after it has been written and read.
    #[test]
    fn a_stretch_of_the_log_is_cut_out_of_the_index(
        events in prop::collection::vec(event(), 0..120), first in 0..60_u64, length in 1..30_u64,
    ) {
        let (index, known) = play(events);
        let seqs = first..first + length;
        let within: Vec<&Entry> = known.iter().filter(|entry| entry.seq.is_some_and(|seq| seqs.contains(&seq))).collect();
        let cut = index.cut(&seqs);
        prop_assert_eq!(cut.is_some(), within.len() as u64 == length);
        if let Some(cut) = cut {
            let bytes = snapshot::write_segment(&cut).unwrap();
            let mut alone = Index::default();
            alone.take_in(snapshot::read_segment(&bytes).unwrap(), &[]);
            let mut expected = Index::default();
            within.into_iter().for_each(|entry| expected.apply(entry));
            prop_assert!(file(alone) == file(expected));
        }
    }
}

#[test]
fn a_value_that_is_asked_for_twice_is_found_once() {
    let mut index = Index::default();
    for row in 0..500_u64 {
        let mut values: [Vec<Box<str>>; 9] = Default::default();
        values[Field::Action as usize].push(["updated", "deleted"][row as usize % 2].into());
        index.apply(&Entry { at: 5, seq: Some(row), id: Id::Uuid(row.into()), values, numbers: Vec::new() });
    }
    index.seal_all();
    let action = ["updated", "deleted", "updated", "created"].map(str::to_owned).to_vec();
    let question = Question { filter: Filter { action, ..Filter::default() }, ..Question::default() };
    let found = index.page(&question, &Looked::default(), &mut Doubt::new());
    assert_eq!((found.total, found.ids.len()), (500, question.page.size as usize));
}

/// Values that many rows bear are held in another form than those of few.
#[test]
fn the_most_frequent_values_are_found_among_many_and_few_rows() {
    let mut index = Index::default();
    let mut known = Vec::new();
    for row in 0..4000_u64 {
        let mut values: [Vec<Box<str>>; 9] = Default::default();
        // Teams of a hundred rows and more, many of them equally frequent, and of ten.
        let team = if row % 5 == 0 { format!("b{}", row / 50) } else { format!("a{}", (row * row + row / 7) % 19) };
        values[Field::Team as usize].push(team.into());
        let action = if row % 3 == 0 { "deleted" } else { "updated" };
        values[Field::Action as usize].push(action.into());
        known.push(Entry { at: row as i64, seq: Some(row), id: Id::Uuid(row.into()), values, numbers: Vec::new() });
        index.apply(known.last().unwrap());
    }
    index.seal_all();
    let segment = &index.parts[0].segment;
    let many = segment.field(Field::Team).iter().filter(|(_, set)| matches!(set, postings::Set::Many(_))).count();
    assert!(many > 5 && many < 80, "{many}");
    for (action, from, until) in
        [(None, 0, 4000), (Some("deleted"), 0, 4000), (None, 70, 3001), (Some("updated"), 5, 130)]
    {
        let instant = |at| Some(jiff::Timestamp::from_millisecond(at).unwrap());
        let action: Vec<String> = action.into_iter().map(str::to_owned).collect();
        let filter = Filter { action, from: instant(from), until: instant(until), ..Filter::default() };
        let mut counts: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
        for entry in known.iter().filter(|entry| holds(&filter, entry)) {
            *counts.entry(entry.values[Field::Team as usize][0].to_string()).or_default() += 1;
        }
        let distinct = counts.len() as u64;
        let mut values: Vec<(String, u64)> = counts.into_iter().collect();
        values.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        for limit in [1, 3, 10, 30, 99, 1000] {
            let found = index.facets(&filter, &[Field::Team], limit, &Looked::default(), &mut Doubt::new());
            let expected = values.iter().take(limit).cloned().collect();
            assert_eq!(found, [Counted { values: expected, distinct }], "{filter:?}");
        }
    }
}

#[test]
fn a_segment_with_one_other_byte_is_refused() {
    let mut index = Index::default();
    for row in 0..40 {
        let mut values: [Vec<Box<str>>; 9] = Default::default();
        values[Field::Team as usize].push("t1".into());
        index.apply(&Entry { at: 5, seq: Some(row), id: Id::Uuid(row.into()), values, numbers: Vec::new() });
    }
    let bytes = snapshot::write_segment(&index.cut(&(0..40)).unwrap()).unwrap();
    assert!(snapshot::read_segment(&bytes).is_ok());
    for place in 0..bytes.len() {
        let mut other = bytes.clone();
        other[place] ^= 16;
        assert!(snapshot::read_segment(&other).is_err(), "byte {place}");
    }
    assert!(snapshot::read_segment(&bytes[..bytes.len() - 1]).is_err());
    assert!(snapshot::read_segment(&[&bytes[..], &[0]].concat()).is_err());
}

fn file(index: Index) -> Vec<u8> {
    let stamp = snapshot::Stamp { origin: "log".to_owned(), size: 300, last_leaf: [1; 32], mark: 0 };
    let mut file = Vec::new();
    snapshot::write(&index.compacted(), &stamp, &mut file).unwrap();
    file
}

fn object() -> impl Strategy<Value = Option<String>> {
    let value = prop_oneof![
        Just("null".to_owned()),
        (-2..3_i64).prop_map(|number| number.to_string()),
        select(&["\"t1\"", "\"t2\"", "\"\"", "1e400", "1.0", "[1]", "\"\\u0074\\u0031\""][..]).prop_map(str::to_owned),
    ];
    let name = select(&["team_id", "token", "organization_id", "max_budget", "m\\u0061x_budget", "a"][..]);
    let members = prop::collection::vec((name, value), 0..5);
    let json = (members, 0..4).prop_map(|(members, form)| {
        let members: Vec<String> = members.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        let object = format!("{{{}}}", members.join(","));
        match form {
            0 => serde_json::to_string(&object).unwrap(),
            1 => "[]".to_owned(),
            _ => object,
        }
    });
    prop::option::of(json)
}

fn row() -> impl Strategy<Value = crate::store::audit::feed::Fed> {
    let texts = (select(words(Field::ChangedBy)), select(words(Field::Action)), select(words(Field::ObjectId)));
    (0..40_i64, any::<bool>(), any::<u128>(), texts, object(), object()).prop_map(
        |(at, logged, id, (changed_by, action, object_id), before_value, updated_values)| {
            crate::store::audit::feed::Fed {
                // The number is given when the rows are there.
                seq: logged.then_some(0),
                id: if id % 5 == 0 { format!("row {id}") } else { Id::Uuid(id).text() },
                at,
                changed_by: changed_by.to_owned(),
                changed_by_api_key: "k1".to_owned(),
                action: action.to_owned(),
                table_name: "notes".to_owned(),
                object_id: object_id.to_owned(),
                before_value,
                updated_values,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// The history test knows what is right; here it is enough that both ways lead to the same.
    #[test]
    fn rows_that_are_loaded_in_bulk_are_as_if_they_had_come_one_by_one(
        mut rows in prop::collection::vec(row(), 0..200), cuts in (0..200_usize, 0..200_usize), mostly_in_order: bool,
    ) {
        if mostly_in_order {
            let middle = cuts.0.min(rows.len());
            rows[middle..].sort_by_key(|row| row.at);
        }
        for (seq, row) in rows.iter_mut().enumerate() {
            row.seq = row.seq.map(|_| seq as u64);
        }
        let mut one_by_one = Index { sealed_at: 7, ..Index::default() };
        rows.iter().for_each(|row| one_by_one.apply(&read::entry(row.clone())));
        let mut loaded = Index::default();
        let (first, second) = (cuts.0.min(cuts.1).min(rows.len()), cuts.0.max(cuts.1).min(rows.len()));
        for share in [&rows[..first], &rows[first..second], &rows[second..]] {
            let mut bulk = Bulk::default();
            share.iter().for_each(|row| bulk.push(row.clone()));
            let (segment, late) = bulk.finish();
            loaded.take_in(segment, &late);
        }
        prop_assert_eq!(loaded.len(), rows.len() as u64);
        prop_assert!(file(loaded) == file(one_by_one));
    }
}

#[test]
fn a_snapshot_with_one_other_byte_is_refused() {
    let mut index = Index::default();
    for seq in 0..300_u64 {
        let mut values: [Vec<Box<str>>; 9] = Default::default();
        values[Field::Action as usize].push("created".into());
        index.apply(&Entry {
            at: 5,
            seq: Some(seq),
            id: Id::Uuid(seq.into()),
            values,
            numbers: vec![("n".into(), 1.5)],
        });
    }
    let stamp = snapshot::Stamp { origin: "log".to_owned(), size: 300, last_leaf: [1; 32], mark: 0 };
    let mut file = Vec::new();
    snapshot::write(&index, &stamp, &mut file).unwrap();
    assert!(snapshot::read(file.as_slice()).is_ok());
    for place in (0..file.len()).step_by(7) {
        let mut other = file.clone();
        other[place] ^= 16;
        assert!(snapshot::read(other.as_slice()).is_err(), "byte {place}");
    }
    for end in (0..file.len()).step_by(11) {
        assert!(snapshot::read(&file[..end]).is_err(), "{end} bytes");
    }
    file.push(0);
    assert!(snapshot::read(file.as_slice()).is_err(), "a byte more");
}

#[test]
fn an_id_is_what_it_was() {
    for text in [
        "93d870a2-38c8-4efd-a6e8-5b83053a3871",
        "93D870A2-38c8-4efd-a6e8-5b83053a3871",
        "x",
        "",
        "93d870a238c84efda6e85b83053a3871----",
    ] {
        assert_eq!(Id::new(text).text(), text);
    }
    assert!(matches!(Id::new("93d870a2-38c8-4efd-a6e8-5b83053a3871"), Id::Uuid(_)));
    assert!(matches!(Id::new("93D870A2-38c8-4efd-a6e8-5b83053a3871"), Id::Other(_)));
}
