package engine

import "time"

// t0 is when the reset of these tests was applied: orders-0 and orders-1 went from 900 to 850, of logs that ended at
// 1000.
var t0 = time.Date(2026, 11, 22, 3, 14, 14, 0, time.UTC)
