//! Vectors in the form that transparency-dev/merkle publishes its own in: good proofs, and what can go wrong with each.
//! `vectors/generate.py` makes them from the words of the RFCs, without this crate.

use serde_json::Value;
use tlog::{Hash, TreeHead, verify_consistency, verify_inclusion};

fn cases(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn hash(value: &Value) -> Hash {
    Hash::from_base64(value.as_str().unwrap()).unwrap()
}

fn proof(case: &Value) -> Vec<Hash> {
    case["proof"].as_array().into_iter().flatten().map(hash).collect()
}

fn head(case: &Value, size: &str, root: &str) -> TreeHead {
    TreeHead { size: case[size].as_u64().unwrap(), root: hash(&case[root]) }
}

/// Every case is as it says, and there are enough of both kinds for that to mean something.
fn check(cases: &[Value], holds: impl Fn(&Value) -> bool) {
    for case in cases {
        assert_eq!(!holds(case), case["wantErr"].as_bool().unwrap(), "{case}");
    }
    let refused = cases.iter().filter(|case| case["wantErr"] == true).count();
    assert!(refused > 150 && cases.len() - refused >= 10, "{refused} of {}", cases.len());
}

#[test]
fn inclusion_is_verified_as_the_vectors_say() {
    check(&cases(include_str!("../vectors/inclusion.jsonl")), |case| {
        let index = case["leafIdx"].as_u64().unwrap();
        verify_inclusion(&hash(&case["leafHash"]), index, &proof(case), &head(case, "treeSize", "root")).is_ok()
    });
}

#[test]
fn consistency_is_verified_as_the_vectors_say() {
    check(&cases(include_str!("../vectors/consistency.jsonl")), |case| {
        verify_consistency(&head(case, "size1", "root1"), &head(case, "size2", "root2"), &proof(case)).is_ok()
    });
}
