//! Which categories of data are special ones, and which often reveal them (GDPR Article 9(1)).

/// Categories of data that are special ones (Article 9(1)).
const SPECIAL: [&str; 32] = [
    "pd:Biometric",
    "pd:BloodType",
    "pd:DNACode",
    "pd:Disability",
    "pd:DrugTestResult",
    "pd:EthnicOrigin",
    "pd:Ethnicity",
    "pd:FacialPrint",
    "pd:FamilyHealthHistory",
    "pd:Fetish",
    "pd:Fingerprint",
    "pd:Genetic",
    "pd:Health",
    "pd:HealthHistory",
    "pd:HealthRecord",
    "pd:IndividualHealthHistory",
    "pd:MedicalHealth",
    "pd:MentalHealth",
    "pd:PhilosophicalBelief",
    "pd:PhysicalHealth",
    "pd:PoliticalAffiliation",
    "pd:PoliticalOpinion",
    "pd:Prescription",
    "pd:Proclivity",
    "pd:Race",
    "pd:Religion",
    "pd:ReligiousBelief",
    "pd:Retina",
    "pd:Sexual",
    "pd:SexualHistory",
    "pd:SexualPreference",
    "pd:TradeUnionMembership",
];

/// Categories of data that often reveal special ones.
const TELLING: [&str; 7] = [
    "pd:Demographic",
    "pd:GroupMembership",
    "pd:Picture",
    "pd:SkinTone",
    "pd:VoiceCommunicationRecording",
    "pd:VoiceMail",
    "pd:Vulnerability",
];

/// Whether a category of data is a special one.
pub fn is_special(category: &str) -> bool {
    SPECIAL.contains(&category)
}

/// Whether a category of data often reveals a special one.
pub fn is_telling(category: &str) -> bool {
    TELLING.contains(&category)
}

#[cfg(test)]
mod tests {
    use super::{SPECIAL, TELLING};
    use crate::dpv::{Kind, kind};

    #[test]
    fn every_category_is_one_of_the_vocabulary() {
        for term in SPECIAL.iter().chain(&TELLING) {
            assert_eq!(kind(term), Some(Kind::Data), "{term}");
        }
    }
}
