//! The files that pages refer to, inside the binary.
//!
//! Pages name a file together with the fingerprint of its content, so browsers may keep it for
//! good: another content has another address.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

struct Asset {
    name: &'static str,
    kind: &'static str,
    content: &'static [u8],
}

const ASSETS: [Asset; 2] = [
    Asset {
        name: "site.css",
        kind: "text/css; charset=utf-8",
        content: include_bytes!("../../static/site.css"),
    },
    Asset {
        name: "icon.svg",
        kind: "image/svg+xml",
        content: include_bytes!("../../static/icon.svg"),
    },
];

/// The address of the style sheet.
pub(super) static STYLE: LazyLock<String> = LazyLock::new(|| address("site.css"));

/// The address of the icon.
pub(super) static ICON: LazyLock<String> = LazyLock::new(|| address("icon.svg"));

fn address(name: &str) -> String {
    let content = find(name).map_or(&[][..], |asset| asset.content);
    format!("/static/{name}?v={}", fingerprint(content))
}

fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// Tells contents apart (64-bit FNV-1a); nothing rests on it being hard to forge.
fn fingerprint(content: &[u8]) -> String {
    let hash = content
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{hash:016x}")
}

/// `GET /static/{name}`.
pub(super) async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = find(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = format!("\"{}\"", fingerprint(asset.content));
    let kept = headers
        .get(IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let known = kept.is_some_and(|kept| kept.split(',').any(|one| one.trim() == tag));
    let head = [
        (CONTENT_TYPE, asset.kind.to_owned()),
        (
            CACHE_CONTROL,
            "public, max-age=31536000, immutable".to_owned(),
        ),
        (ETAG, tag),
    ];
    if known {
        (StatusCode::NOT_MODIFIED, head).into_response()
    } else {
        (head, asset.content).into_response()
    }
}
