// Starts the edge for all tests, and ends it after them; makes what they invent.
import { serve } from "../web/edge/serve.mjs";
import { invent } from "./invented.mjs";

export default async function setup() {
  await invent();
  const edge = await serve({ port: Number(process.env.TOUCHSTONE_E2E_PORT || 8790) });
  process.env.TOUCHSTONE_E2E_URL = edge.url;
  return () => edge.stop();
}
