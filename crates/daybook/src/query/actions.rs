//! The spellings of an action. LiteLLM writes `created`; its documentation, its seed data and people write `create`.

/// The verbs that are known in several forms.
const VERBS: &[&str] = &["create", "update", "delete", "block", "unblock", "rotate", "regenerate"];

/// Every spelling of the actions that were asked for. A word that is no form of a known verb stands for itself.
pub(super) fn spellings(asked: Vec<String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for word in asked {
        let forms = VERBS.iter().map(|verb| forms(verb)).find(|forms| forms.contains(&word));
        for form in forms.map_or_else(|| vec![word], Vec::from) {
            if !all.contains(&form) {
                all.push(form);
            }
        }
    }
    all
}

fn forms(verb: &str) -> [String; 3] {
    let past = if verb.ends_with('e') { format!("{verb}d") } else { format!("{verb}ed") };
    [past, verb.to_owned(), format!("{verb}s")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_verb_asks_for_all_of_them() {
        for (words, past) in [
            (["create", "created", "creates"], "created"),
            (["block", "blocked", "blocks"], "blocked"),
            (["unblock", "unblocked", "unblocks"], "unblocked"),
            (["rotate", "rotated", "rotates"], "rotated"),
        ] {
            for word in words {
                let mut found = spellings(vec![word.to_owned()]);
                assert_eq!(found[0], past);
                found.sort();
                assert_eq!(found, words, "{word}");
            }
        }
    }

    #[test]
    fn an_unknown_word_stands_for_itself() {
        for word in ["bogus", "kill_switch_fired", "Created", "creat", "created "] {
            assert_eq!(spellings(vec![word.to_owned()]), [word]);
        }
    }
}
