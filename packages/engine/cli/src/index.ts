export { examine, type Finding } from "./doctor/doctor.js";
