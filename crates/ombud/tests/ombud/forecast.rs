//! What falls due, month by month and activity by activity, before and after it does.

use serde_json::{Value, json};

use crate::harness::{World, email};

fn forecast(world: &World, months: u8) -> Value {
    // What was counted within the last minute is told again: let it pass.
    let later = world.now() + jiff::SignedDuration::from_secs(61);
    world.go(&later.to_string());
    world.get(&format!("/forecast?months={months}")).body
}

fn row(forecast: &Value, activity: &str) -> (u64, Vec<u64>) {
    let rows = forecast["activities"].as_array().unwrap();
    let row = rows.iter().find(|row| row["activity"] == activity).unwrap();
    let counts = row["counts"].as_array().unwrap();
    let counts = counts.iter().map(|count| count.as_u64().unwrap()).collect();
    (row["overdue"].as_u64().unwrap(), counts)
}

on_both! {
    fn what_falls_due_is_told_by_activity_and_month(world) {
        let anna = email("anna");
        let fields = json!({ "ip": "192.0.2.1", "messages": "hello" });
        world.add("website-chat.conversation", &anna, &fields, &json!({}));
        world.add("website-chat.conversation", &anna, &fields, &json!({}));
        let told = forecast(world, 4);
        assert_eq!(told["months"], json!(["2026-04-01", "2026-05-01", "2026-06-01", "2026-07-01"]));
        // Midnight after 1 July, in Oslo.
        assert_eq!(row(&told, "website-chat"), (0, vec![0, 0, 0, 2]));
        assert_eq!(row(&told, "security"), (0, vec![0, 0, 0, 0]));
        world.go("2026-07-01T22:00:00Z");
        assert_eq!(row(&forecast(world, 1), "website-chat"), (2, vec![0]));
        world.sweep();
        assert_eq!(row(&forecast(world, 1), "website-chat"), (0, vec![0]));
    }

    fn activities_stand_in_the_order_of_the_statement(world) {
        let told = forecast(world, 1);
        let rows = told["activities"].as_array().unwrap();
        let ids: Vec<&str> = rows.iter().map(|row| row["activity"].as_str().unwrap()).collect();
        let place = |id| ids.iter().position(|other| *other == id).unwrap();
        // 3.1, 3.9, 3.10, 5
        let ordered = ["newsletters", "user-tests", "feedback", "rights-requests"].map(place);
        assert!(ordered.is_sorted(), "{ids:?}");
    }
}
