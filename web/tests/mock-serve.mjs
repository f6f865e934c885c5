// `npm run mock`: a simulated meter for `npm run dev`, and for a look at the built page.

import { helloOf302, MockMeter } from './mock-meter.mjs';
import { simulate } from './mock-simulation.mjs';

const mock = new MockMeter(helloOf302());
console.log(`Simulated meter at ${await mock.listen(Number(process.env.PORT ?? 8800))}`);
simulate(mock);
