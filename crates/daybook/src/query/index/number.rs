//! Numbers in order, in few bits: which numbers are surely within bounds, and which have to be looked at.
//!
//! A number belongs to the bucket of its sign, its exponent and the first twelve bits of its fraction (one part in four
//! thousand), and numbers that these bits say exactly have a bucket of their own. So a bound of few digits divides the
//! buckets cleanly, and any other leaves one in doubt.

use std::ops::RangeInclusive;

use crate::model::question::{Bound, Comparison};

/// Bits of an `f64` that a bucket leaves out.
const LEFT_OUT: u32 = 40;

/// The bucket of a number. Buckets are ordered as their numbers are.
pub fn bucket(number: f64) -> u32 {
    let bits = ordered(number);
    let whole = (bits >> LEFT_OUT) as u32;
    whole << 1 | u32::from(bits & ((1 << LEFT_OUT) - 1) != 0)
}

/// The bits of a number, such that their order is that of the numbers. Zero has one form.
fn ordered(number: f64) -> u64 {
    let bits = (number + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// The buckets that may hold numbers within all bounds, and those of them that may hold others too: `None` when nothing can
/// be within all.
pub fn buckets(bounds: &[Bound]) -> Option<(RangeInclusive<u32>, Vec<u32>)> {
    let (mut first, mut last, mut doubtful) = (0, u32::MAX, Vec::new());
    for bound in bounds {
        let own = bucket(bound.number);
        // An even bucket holds one number alone.
        let exact = own & 1 == 0;
        match bound.comparison {
            Comparison::Greater => first = first.max(if exact { own + 1 } else { own }),
            Comparison::AtLeast => first = first.max(own),
            Comparison::Less => last = last.min(if exact { own.checked_sub(1)? } else { own }),
            Comparison::AtMost => last = last.min(own),
        }
        if !exact {
            doubtful.push(own);
        }
    }
    doubtful.retain(|bucket| (first..=last).contains(bucket));
    doubtful.dedup();
    (first <= last).then_some((first..=last, doubtful))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number() -> impl Strategy<Value = f64> {
        prop_oneof![
            any::<f64>().prop_filter("finite", |number| number.is_finite()),
            (-50_000_i64..50_000).prop_map(|number| number as f64 / 100.0),
            (-5_000_i64..5_000).prop_map(|number| number as f64),
            Just(-0.0),
        ]
    }

    fn bound() -> impl Strategy<Value = Bound> {
        let comparison = prop_oneof![
            Just(Comparison::Greater),
            Just(Comparison::AtLeast),
            Just(Comparison::Less),
            Just(Comparison::AtMost)
        ];
        (comparison, number()).prop_map(|(comparison, number)| Bound { comparison, number })
    }

    proptest! {
        #[test]
        fn a_bucket_that_is_not_in_doubt_is_right(number in number(), bounds in prop::collection::vec(bound(), 1..3)) {
            let within = bounds.iter().all(|bound| bound.holds(number));
            let own = bucket(number);
            match buckets(&bounds) {
                None => prop_assert!(!within),
                Some((range, doubtful)) => {
                    if !doubtful.contains(&own) {
                        prop_assert_eq!(range.contains(&own), within);
                    } else {
                        prop_assert!(range.contains(&own));
                    }
                }
            }
        }

        #[test]
        fn buckets_are_in_the_order_of_their_numbers(one in number(), other in number()) {
            prop_assert!(one >= other || bucket(one) <= bucket(other));
        }
    }

    #[test]
    fn a_bound_of_few_digits_leaves_nothing_in_doubt() {
        for number in [0.0, 1.0, 900.0, 1000.0, 4096.0, 0.5] {
            let (_, doubtful) = buckets(&[Bound { comparison: Comparison::Greater, number }]).unwrap();
            assert!(doubtful.is_empty(), "{number}");
        }
        let (_, doubtful) = buckets(&[Bound { comparison: Comparison::Greater, number: 999.99 }]).unwrap();
        assert_eq!(doubtful.len(), 1);
    }
}
