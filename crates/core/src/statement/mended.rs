//! Where a folder was read otherwise than it is written, because what is written does not fit.
//!
//! What follows from such a place is no error of its author: they are told of the place itself.

use std::collections::BTreeSet;

use super::at::At;

/// The places whose values stand in for what does not fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Mended(BTreeSet<At>);

impl Mended {
    /// Remembers that what stands there, and below, stands in for something else.
    pub(super) fn add(&mut self, at: At) {
        self.0.insert(at);
    }

    /// Whether what stands there stands in for something else: a name that is not found there may
    /// well be written.
    pub(super) fn covers(&self, at: &At) -> bool {
        self.0.iter().any(|mended| at.is_in(mended))
    }

    /// Whether anything there, above or below stands in for something else.
    pub(super) fn touches(&self, at: &At) -> bool {
        let mut all = self.0.iter();
        all.any(|mended| at.is_in(mended) || mended.is_in(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_covers_what_is_below_and_touches_what_is_above() {
        let mut mended = Mended::default();
        let top = At::file("a.toml");
        mended.add(top.key("x").key("y"));
        let rows = [
            (top.key("x").key("y"), true, true),
            (top.key("x").key("y").item(0), true, true),
            (top.key("x"), false, true),
            (top.key("x").key("z"), false, false),
            (top, false, true),
        ];
        for (at, covers, touches) in rows {
            assert_eq!(mended.covers(&at), covers, "{at:?}");
            assert_eq!(mended.touches(&at), touches, "{at:?}");
        }
        assert!(!mended.touches(&At::file("b.toml")));
        mended.add(At::file("b.toml"));
        assert!(mended.covers(&At::file("b.toml").key("x")));
    }
}
