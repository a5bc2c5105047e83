//! The last part of a C2SP path: the index of a tile in groups of three digits, and its width if it is partial.

use std::num::NonZeroU8;

use crate::text;

/// `x001/x234/067`, with `.p/112` when it is partial.
pub(crate) fn format(n: u64, partial: Option<NonZeroU8>) -> String {
    let mut path = format!("{:03}", n % 1000);
    let mut rest = n / 1000;
    while rest > 0 {
        path.insert_str(0, &format!("x{:03}/", rest % 1000));
        rest /= 1000;
    }
    if let Some(width) = partial {
        path.push_str(&format!(".p/{width}"));
    }
    path
}

/// Reads what [`format()`] writes. Each index has one path, so nothing else is one.
pub(crate) fn parse(path: &str) -> Option<(u64, Option<NonZeroU8>)> {
    let (index, partial) = match path.split_once(".p/") {
        Some((index, width)) => {
            let width = u8::try_from(text::decimal(width)?).ok()?;
            (index, Some(NonZeroU8::new(width)?))
        }
        None => (path, None),
    };
    let (groups, last) = match index.rsplit_once('/') {
        Some((groups, last)) => (Some(groups), last),
        None => (None, index),
    };
    let mut n = 0;
    for group in groups.into_iter().flat_map(|groups| groups.split('/')) {
        n = push(n, group.strip_prefix('x')?)?;
        if n == 0 {
            return None;
        }
    }
    Some((push(n, last)?, partial))
}

/// Appends a group of three digits.
fn push(n: u64, group: &str) -> Option<u64> {
    let digits = group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit());
    let group = digits.then(|| group.parse::<u64>().ok()).flatten()?;
    n.checked_mul(1000)?.checked_add(group)
}
