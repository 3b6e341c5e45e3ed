//! Word lists for people and departments. All synthetic.

pub(crate) const GIVEN: [&str; 72] = [
    "Adele", "Alex", "Amira", "Anders", "Beatriz", "Bianca", "Carlos", "Chidi", "Daniela", "David",
    "Diego", "Elena", "Emil", "Erika", "Farah", "Felix", "Gabriela", "Grady", "Hana", "Henrik",
    "Ines", "Isaiah", "Jelena", "Joni", "Jonas", "Katrin", "Kofi", "Lara", "Lee", "Lidia", "Lucas",
    "Lynne", "Maja", "Marco", "Megan", "Mikael", "Miriam", "Nadia", "Nestor", "Noor", "Olga",
    "Omar", "Patti", "Paula", "Pavel", "Pradeep", "Priya", "Quentin", "Rachel", "Raul", "Renata",
    "Rosa", "Sami", "Sandra", "Sofia", "Stefan", "Tamara", "Thabo", "Tomas", "Ulrike", "Valentin",
    "Vera", "Viktor", "Wanda", "Wei", "Xenia", "Yara", "Yusuf", "Zainab", "Zdenek", "Zoe", "Milan",
];

pub(crate) const SURNAME: [&str; 80] = [
    "Vance",
    "Wilber",
    "Haddad",
    "Lindqvist",
    "Moreira",
    "Pisani",
    "Ortega",
    "Okafor",
    "Rossi",
    "Novak",
    "Siciliani",
    "Petrova",
    "Jensen",
    "Sandberg",
    "Rahimi",
    "Baumann",
    "Castillo",
    "Archie",
    "Kimura",
    "Aalto",
    "Carvalho",
    "Langer",
    "Jovanovic",
    "Sherman",
    "Keller",
    "Vogel",
    "Mensah",
    "Conti",
    "Gu",
    "Holloway",
    "Meyer",
    "Robbins",
    "Kowalska",
    "Ferrari",
    "Bowen",
    "Berg",
    "Cohen",
    "Benali",
    "Wilke",
    "Hassan",
    "Ivanova",
    "Farouk",
    "Fernandez",
    "Lopes",
    "Dvorak",
    "Gupta",
    "Nair",
    "Dubois",
    "Green",
    "Mendoza",
    "Silva",
    "Delgado",
    "Virtanen",
    "Weiss",
    "Larsen",
    "Kraus",
    "Ilic",
    "Nkosi",
    "Horak",
    "Schmid",
    "Popescu",
    "Lebedeva",
    "Sokolov",
    "Nowak",
    "Zhang",
    "Andreou",
    "Mansour",
    "Demir",
    "Bello",
    "Maly",
    "Martin",
    "Urban",
    "Fischer",
    "Hoffmann",
    "Almeida",
    "Costa",
    "Eriksen",
    "Lund",
    "Moretti",
    "Tanaka",
];

/// A department and the titles in it.
pub(crate) const DEPARTMENTS: [(&str, [&str; 3]); 10] = [
    (
        "Sales",
        ["Account Manager", "Sales Manager", "Sales Representative"],
    ),
    (
        "Marketing",
        ["Marketing Manager", "Content Editor", "Brand Designer"],
    ),
    (
        "Finance",
        ["Accountant", "Controller", "Payroll Specialist"],
    ),
    (
        "Engineering",
        ["Software Engineer", "Test Engineer", "Engineering Manager"],
    ),
    (
        "Operations",
        [
            "Operations Manager",
            "Logistics Planner",
            "Facility Coordinator",
        ],
    ),
    (
        "Human Resources",
        ["Recruiter", "HR Business Partner", "Training Lead"],
    ),
    ("Legal", ["Counsel", "Contract Manager", "Privacy Officer"]),
    (
        "Customer Support",
        ["Support Agent", "Support Lead", "Escalation Engineer"],
    ),
    (
        "IT",
        [
            "Systems Administrator",
            "Service Desk Analyst",
            "Security Analyst",
        ],
    ),
    (
        "Management",
        ["Director", "Chief of Staff", "Executive Assistant"],
    ),
];

/// City, country or region, ISO country code, office.
pub(crate) const PLACES: [(&str, &str, &str, &str); 8] = [
    ("Berlin", "Germany", "DE", "BER/2.14"),
    ("Vienna", "Austria", "AT", "VIE/1.03"),
    ("Zurich", "Switzerland", "CH", "ZRH/4.20"),
    ("London", "United Kingdom", "GB", "LON/7.11"),
    ("Seattle", "United States", "US", "18/2111"),
    ("Toronto", "Canada", "CA", "TOR/5.02"),
    ("Lisbon", "Portugal", "PT", "LIS/3.30"),
    ("Stockholm", "Sweden", "SE", "STO/6.08"),
];

/// Homes of guests.
pub(crate) const PARTNERS: [&str; 4] = [
    "fabrikam.example",
    "northwind.example",
    "tailspin.example",
    "adatum.example",
];

/// Picks from a list by a number of any size; the lists are not empty.
pub(crate) fn pick<T, const N: usize>(list: &[T; N], at: usize) -> Option<&T> {
    list.get(at % N)
}
