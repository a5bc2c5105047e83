//! Tokens that are known by how they start, and the kinds of bytes that tokens are made of.

/// A token known by how it starts.
pub(super) struct Known {
    pub(super) start: &'static str,
    /// Least number of bytes of the body.
    pub(super) least: usize,
    pub(super) body: fn(u8) -> bool,
    /// Whether a letter or digit may stand before it: the start is telling enough by itself.
    pub(super) glued: bool,
    /// Whether the start itself stays.
    pub(super) kept: bool,
}

const fn known(start: &'static str, least: usize, body: fn(u8) -> bool) -> Known {
    Known { start, least, body, glued: true, kept: false }
}

const fn word(start: &'static str, least: usize) -> Known {
    Known { start, least, body: is_key, glued: false, kept: false }
}

pub(super) const KNOWN: &[Known] = &[
    // AWS, GitHub, GitLab, Slack, Google, Stripe, SendGrid.
    known("AKIA", 16, is_upper),
    known("ASIA", 16, is_upper),
    known("ghp_", 16, is_key),
    known("gho_", 16, is_key),
    known("ghu_", 16, is_key),
    known("ghs_", 16, is_key),
    known("ghr_", 16, is_key),
    known("github_pat_", 16, is_key),
    known("glpat-", 16, is_key),
    known("xapp-", 10, is_key),
    known("AIza", 30, is_key),
    known("ya29.", 20, is_key),
    known("sk_live_", 12, is_key),
    known("sk_test_", 12, is_key),
    known("rk_live_", 12, is_key),
    known("whsec_", 16, is_base64),
    known("SG.", 40, is_dotted),
    // Model providers and observability.
    word("hf_", 20),
    word("gsk_", 20),
    word("csk-", 20),
    word("xai-", 20),
    word("pplx-", 20),
    word("nvapi-", 20),
    word("tvly-", 16),
    known("lsv2_pt_", 16, is_key),
    known("lsv2_sk_", 16, is_key),
    // Password hashes.
    known("scrypt:", 8, is_hash),
    known("pbkdf2:sha", 16, is_hash),
    known("pbkdf2_sha", 16, is_hash),
    known("$pbkdf2", 16, is_hash),
    known("$scrypt$", 8, is_hash),
    known("$argon2", 8, is_hash),
    known("$2a$", 8, is_hash),
    known("$2b$", 8, is_hash),
    known("$2y$", 8, is_hash),
    known("$5$", 20, is_hash),
    known("$6$", 20, is_hash),
    Known { start: "hooks.slack.com/services/", least: 8, body: is_base64, glued: true, kept: true },
    Known { start: "discord.com/api/webhooks/", least: 8, body: is_base64, glued: true, kept: true },
];

/// Whether a token that is known can begin so: most bytes of a text need not be held against all of them.
pub(super) fn may_begin(byte: u8) -> bool {
    FIRST_BYTES[byte as usize]
}

const FIRST_BYTES: [bool; 256] = {
    let mut first = [false; 256];
    let mut index = 0;
    while index < KNOWN.len() {
        first[KNOWN[index].start.as_bytes()[0] as usize] = true;
        index += 1;
    }
    first
};

pub(super) fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn is_dotted(byte: u8) -> bool {
    is_key(byte) || byte == b'.'
}

pub(super) fn is_name(byte: u8) -> bool {
    is_dotted(byte)
}

fn is_upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

pub(super) fn is_base64(byte: u8) -> bool {
    is_key(byte) || matches!(byte, b'+' | b'/' | b'=')
}

pub(super) fn is_hash(byte: u8) -> bool {
    is_base64(byte) || matches!(byte, b'$' | b'.' | b',' | b':')
}

pub(super) fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace()
}

pub(super) fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}
