// Quản trị: its forms.

import "./forms.js";
