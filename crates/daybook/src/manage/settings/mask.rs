//! A secret as LiteLLM's settings pages show it to admins.

/// The ends of a long value, stars for the rest and for all of a short one.
pub fn masked(value: &str) -> String {
    let letters: Vec<char> = value.chars().collect();
    if letters.len() <= 8 {
        return "*".repeat(letters.len());
    }
    let (start, end) = (&letters[..4], &letters[letters.len() - 4..]);
    let stars = "*".repeat(letters.len() - 8);
    format!("{}{stars}{}", start.iter().collect::<String>(), end.iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    #[test]
    fn short_values_are_all_stars() {
        assert_eq!(super::masked("gsecret"), "*******");
        assert_eq!(super::masked("0123456789"), "0123**6789");
        assert_eq!(super::masked(""), "");
    }
}
