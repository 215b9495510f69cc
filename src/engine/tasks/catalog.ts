export { keydoor } from "./keydoor";
export { modchain } from "./modchain";
