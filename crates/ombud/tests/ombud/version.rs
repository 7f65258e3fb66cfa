//! What was in force at any past instant is found again, byte for byte.

use axum::http::StatusCode;

use crate::harness::at;

on_both! {
    fn i10_a_past_version_is_found_again_byte_for_byte(world) {
        let change = ("statement.toml", "effective = \"2026-03-18\"", "effective = \"2026-09-01\"");
        world.go("2026-08-15T08:00:00Z");
        let newer = world.under(&[change]);
        // In force from midnight in Oslo.
        let before = world.wait(newer.statement_at(at("2026-08-31T21:59:59.999Z"))).unwrap();
        let after = world.wait(newer.statement_at(at("2026-08-31T22:00:00Z"))).unwrap();
        assert_eq!(before.folder, ombud::bundled::folder());
        assert_eq!(before.version, world.ombud.statement.version);
        assert_eq!(after.folder, newer.statement.folder);
        let shown = world.get("/statement/versions/2026-08-31").body;
        assert_eq!(shown["version"], world.get("/statement").body["version"]);
        for (path, text) in ombud::bundled::folder().files() {
            assert_eq!(shown["files"][path], text);
        }
        assert_eq!(world.get("/statement/versions/2026-03-17").status, StatusCode::NOT_FOUND);
        assert_eq!(world.get("/statement/versions/yesterday").status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(world.wait(newer.versions()).unwrap().len(), 2);
    }
}
