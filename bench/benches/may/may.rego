package ombud

import rego.v1

default allow := false

activity := data.activities[input.activity]

person := data.people[input.id]

own := person.own[input.activity]

allow if {
	input.use == "own_request"
	not activity.another_controller
}

allow if {
	input.use == "storage"
	own.held
	not activity.another_controller
}

allow if {
	input.use != "own_request"
	not forbidden
	based
}

based if {
	activity.by_consent
	own.consent == "given"
}

based if {
	activity.by_interest
	own.objection in {"none", "rejected", "ended"}
}

based if {
	activity.by_interest
	own.objection == "pending"
	input.use == "storage"
}

based if activity.by_duty

based if {
	activity.by_contract_in_state
	own.in_state
}

forbidden if activity.another_controller

forbidden if {
	input.use == "ordinary"
	own.restricted
}

forbidden if {
	input.use == "ordinary"
	person.restricted
}

forbidden if input.now >= own.kept_until

forbidden if {
	activity.marketing
	own.objection in {"pending", "upheld", "rejected"}
}

forbidden if {
	activity.marketing
	own.objection == "none"
	person.objected
}

forbidden if {
	activity.needs_consent
	own.consent != "given"
}

forbidden if {
	person.young
	activity.for_grown_ups
}
