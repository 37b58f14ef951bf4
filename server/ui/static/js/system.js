// Hệ thống: what no message tells (queues, disks) is read anew now and then.

import { renew } from "./refresh.js";

const EVERY_MS = 15_000;

setInterval(() => document.hidden || renew("camera"), EVERY_MS);
