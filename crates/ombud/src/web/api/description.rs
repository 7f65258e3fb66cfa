//! The description of the calls in `OpenAPI`, collected from where each is handled.

use axum::Json;
use axum::response::IntoResponse;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, ServerBuilder,
};

/// What every reader of the description must know first.
const ABOUT: &str = "\
One call before personal data is used, one to hand it in, one to tell what a person chose.\n\n\
**Keys.** Calls that touch personal data carry `Authorization: Bearer …`. A key is bound to activities, \
to read or to write; `ombud key add` makes one.\n\n\
**People** are named in the body of a call, by identities that the statement declares, never in an address.\n\n\
**Errors** are problem documents (RFC 9457), and the `type` of each is the address of a page about it. \
A `no` is no error.\n\n\
**Repeating a write.** With an `Idempotency-Key`, a write that is sent again acts once and gets the first \
answer, whichever process gets it and whenever one ends. The key with another body is refused with 422; with \
409 where the first is still under way. Answers are kept for as long as the statement says. A refusal is not \
kept: what was refused may be sent again.";

/// The description, as `OpenAPI` 3.1.
pub fn openapi() -> OpenApi {
    let license = LicenseBuilder::new()
        .name("MIT OR Apache-2.0")
        .identifier(Some("MIT OR Apache-2.0"));
    let info = InfoBuilder::new()
        .title("Ombud")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(license.build()));
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A key of an application, bound to activities"));
    let mut described = super::described().into_openapi();
    let schemas = described.components.take().map(|found| found.schemas);
    let mut components =
        ComponentsBuilder::new().security_scheme("key", SecurityScheme::Http(bearer.build()));
    for (name, schema) in schemas.into_iter().flatten() {
        components = components.schema(name, schema);
    }
    OpenApiBuilder::new()
        .info(info.build())
        .servers(Some([ServerBuilder::new().url("/api/v1").build()]))
        .paths(described.paths)
        .components(Some(components.build()))
        .build()
}

/// `GET /openapi.json`.
pub(super) async fn serve() -> impl IntoResponse {
    Json(openapi())
}
