// How full the book is
//
// The share of applications that say each thing, by month: a channel that stops sending device numbers shows here first.
//
// Topic: book
// Parameters: none
// Columns
//   month         year and month (UTC)
//   applications  applications of the month
//   idNumber      share with an ID number
//   phone         share with an own phone
//   device        share with a device
//   bankCard      share with a bank card
//   address       share with a home address
//   intent        share with a fraud intent
MATCH (a:Application)
MATCH (b:Book)
WHERE a.fromNight <= b.night < coalesce(a.toNight, b.night + 1)
WITH date.truncate('month', date(a.appliedAt)) AS first, count(a) AS n, count(a.keyIdNumberOwn) AS idNumber, count(a.keyPhoneOwn) AS phone,
     count(a.keyDeviceOwn) AS device, count(a.keyBankCardOwn) AS bankCard, count(a.keyAddressOwn) AS address,
     count(a.fraudIntent) AS intent
RETURN substring(toString(first), 0, 7) AS month, n AS applications,
       round(1.0 * idNumber / n, 3) AS idNumber, round(1.0 * phone / n, 3) AS phone, round(1.0 * device / n, 3) AS device,
       round(1.0 * bankCard / n, 3) AS bankCard, round(1.0 * address / n, 3) AS address, round(1.0 * intent / n, 3) AS intent
ORDER BY month
