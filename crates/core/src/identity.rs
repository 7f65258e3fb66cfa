//! Identities made comparable: two spellings of one value become one.
//!
//! Never more than the kind asks for. The letters of an e-mail address count as the same in either case,
//! so that whoever withdraws is found however they were written down before (ADR 13).

use std::borrow::Cow;
use std::net::IpAddr;

use crate::statement::model::Normalise;

/// A value that cannot be an identity of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Nothing was given.
    #[error("the value is empty")]
    Empty,
    /// Not an e-mail address.
    #[error("the value is not an e-mail address")]
    NotEmail,
    /// Not a telephone number with a country code.
    #[error("the value is not a telephone number with country code")]
    NotPhone,
    /// Not an IP address.
    #[error("the value is not an IP address")]
    NotIp,
    /// Longer than an identity may be.
    #[error("the value is longer than {MAX_BYTES} bytes")]
    TooLong,
}

/// The longest identity, in bytes.
pub const MAX_BYTES: usize = 512;

/// The canonical spelling of an identity.
///
/// # Errors
///
/// [`IdentityError`] says what the value is not; it never repeats the value.
pub fn normalise(rule: Normalise, value: &str) -> Result<Cow<'_, str>, IdentityError> {
    let value = value.trim();
    if value.is_empty() {
        return Err(IdentityError::Empty);
    }
    if value.len() > MAX_BYTES {
        return Err(IdentityError::TooLong);
    }
    match rule {
        Normalise::Email => email(value),
        Normalise::Phone => phone(value).map(Cow::Owned),
        Normalise::Exact => Ok(Cow::Borrowed(value)),
        Normalise::Lowercase => Ok(Cow::Owned(value.to_lowercase())),
        Normalise::Ip => {
            let address: IpAddr = value.parse().map_err(|_| IdentityError::NotIp)?;
            Ok(Cow::Owned(address.to_canonical().to_string()))
        }
    }
}

fn email(value: &str) -> Result<Cow<'_, str>, IdentityError> {
    let (local, domain) = value.rsplit_once('@').ok_or(IdentityError::NotEmail)?;
    // Nearly every address is of letters that need no look into the tables of Unicode.
    let simple = value.bytes().all(|byte| byte.is_ascii_graphic());
    let plain = |c: char| !c.is_whitespace() && !c.is_control();
    let dotted = domain.split('.').all(|part| !part.is_empty()) && domain.contains('.');
    if local.is_empty() || !dotted || !(simple || value.chars().all(plain)) {
        return Err(IdentityError::NotEmail);
    }
    if simple && !value.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Ok(Cow::Borrowed(value));
    }
    Ok(Cow::Owned(value.to_lowercase()))
}

fn phone(value: &str) -> Result<String, IdentityError> {
    let international = value.strip_prefix('+').or_else(|| value.strip_prefix("00"));
    let rest = international.ok_or(IdentityError::NotPhone)?;
    let separators = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '\u{a0}');
    let digits: String = rest.chars().filter(|c| !separators(*c)).collect();
    let valid = (7..=15).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_digit());
    if valid {
        Ok(format!("+{digits}"))
    } else {
        Err(IdentityError::NotPhone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_value_become_one() {
        let rows = [
            (
                Normalise::Email,
                " Anna@Example.COM ",
                Ok("anna@example.com"),
            ),
            (Normalise::Email, "ÅSE@example.com", Ok("åse@example.com")),
            (
                Normalise::Email,
                "anna+news@example.com",
                Ok("anna+news@example.com"),
            ),
            (Normalise::Email, "anna", Err(IdentityError::NotEmail)),
            (
                Normalise::Email,
                "@example.com",
                Err(IdentityError::NotEmail),
            ),
            (
                Normalise::Email,
                "a b@example.com",
                Err(IdentityError::NotEmail),
            ),
            (
                Normalise::Email,
                "anna@example",
                Err(IdentityError::NotEmail),
            ),
            (Normalise::Phone, "+47 22 00 00 00", Ok("+4722000000")),
            (Normalise::Phone, "004722000000", Ok("+4722000000")),
            (Normalise::Phone, "22000000", Err(IdentityError::NotPhone)),
            (Normalise::Phone, "+47 22 x", Err(IdentityError::NotPhone)),
            (Normalise::Ip, "::ffff:192.0.2.1", Ok("192.0.2.1")),
            (Normalise::Ip, "2001:DB8::0001", Ok("2001:db8::1")),
            (Normalise::Ip, "192.0.2", Err(IdentityError::NotIp)),
            (Normalise::Lowercase, " Anna ", Ok("anna")),
            (Normalise::Exact, " A-1 ", Ok("A-1")),
            (Normalise::Exact, "  ", Err(IdentityError::Empty)),
        ];
        for (rule, value, want) in rows {
            assert_eq!(
                normalise(rule, value).as_deref(),
                want.as_ref().map(|w| *w),
                "{value}"
            );
        }
        let long = "a".repeat(MAX_BYTES + 1);
        assert_eq!(
            normalise(Normalise::Exact, &long),
            Err(IdentityError::TooLong)
        );
    }
}
