import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {directPackages, requirementsPath} from '../../../envs/environments.ts';
import {findPython} from '../../../envs/findPython.ts';
import {type EnvironmentName, type ResolvedInterpreter, resolveInterpreter} from '../../../envs/index.ts';
import {toFailure} from '../../protocol/failures.ts';
import {type Finding, gib, ok, problem, warning} from './finding.ts';

/** Which Python computes, why this one, what it has and which devices it sees. */
export async function checkPython(environment: EnvironmentName): Promise<Finding[]> {
  let resolved: ResolvedInterpreter;
  try {
    resolved = await resolveInterpreter({environment});
  } catch (thrown) {
    const {message, hint} = toFailure(thrown);
    return [...(await checkBase()), problem('environment', message, hint)];
  }
  const why = resolved.source === 'IMU_PYTHON' ? 'named by IMU_PYTHON' : `environment ${environment}`;
  const found = ok('Python', `${resolved.pythonVersion} at ${resolved.interpreter} (${why})`);
  const packages = checkPackages(environment, resolved);
  const isWhole = packages.state !== 'problem';
  return [found, packages, ...(isWhole ? await checkTorch(resolved.interpreter, environment) : [])];
}

/** The Python that an environment would be made with. */
async function checkBase(): Promise<Finding[]> {
  try {
    const {python, rejected} = await findPython();
    const passedOver =
      rejected.length === 0 ? '' : `; passed over: ${rejected.map(({path, why}) => `${path} (${why})`).join(', ')}`;
    return [ok('Python', `${python.version} at ${python.path}${passedOver}`)];
  } catch (thrown) {
    const {message, hint} = toFailure(thrown);
    return [problem('Python', message, hint)];
  }
}

function checkPackages(environment: EnvironmentName, {packages, interpreter, source}: ResolvedInterpreter): Finding {
  const wanted = directPackages(requirementsPath(environment)).sort();
  const missing = wanted.filter((name) => packages[name] === undefined);
  if (missing.length === 0) return ok('packages', wanted.map((name) => `${name} ${packages[name]}`).join(', '));
  const mend =
    source === 'IMU_PYTHON'
      ? `${interpreter} -m pip install ${missing.join(' ')}; or unset IMU_PYTHON.`
      : `imu env remove ${environment}, then imu env make ${environment}.`;
  return problem('packages', `missing: ${missing.join(', ')}`, mend);
}

interface TorchFacts {
  readonly version: string;
  readonly numThreads: number;
  readonly cudaBuild: string | null;
  readonly cuda: readonly {name: string; totalBytes: number; freeBytes: number}[];
  readonly mps: boolean;
}

const ASK_TORCH = `
import json, torch
cuda = []
if torch.cuda.is_available():
    for index in range(torch.cuda.device_count()):
        free, total = torch.cuda.mem_get_info(index)
        cuda.append({"name": torch.cuda.get_device_name(index), "totalBytes": total, "freeBytes": free})
mps = getattr(torch.backends, "mps", None)
print(json.dumps({"version": torch.__version__, "numThreads": torch.get_num_threads(), "cudaBuild": torch.version.cuda,
    "cuda": cuda, "mps": bool(mps and mps.is_available())}))
`;

async function checkTorch(interpreter: string, environment: EnvironmentName): Promise<Finding[]> {
  let facts: TorchFacts;
  try {
    const {stdout} = await promisify(execFile)(interpreter, ['-c', ASK_TORCH], {timeout: 120_000});
    facts = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  } catch (thrown) {
    const said = String((thrown as {stderr?: string}).stderr ?? thrown)
      .trim()
      .split('\n')
      .at(-1);
    return [
      problem(
        'torch',
        `cannot be imported: ${said}`,
        `imu env remove ${environment}, then imu env make ${environment}.`,
      ),
    ];
  }
  const build = facts.cudaBuild === null ? 'no CUDA in this build' : `built for CUDA ${facts.cudaBuild}`;
  const devices = [
    ...facts.cuda.map(
      ({name, freeBytes, totalBytes}, index) => `cuda:${index} ${name}, ${gib(freeBytes)} free of ${gib(totalBytes)}`,
    ),
    ...(facts.mps ? ['mps'] : []),
  ];
  return [
    ok('torch', `${facts.version}, ${facts.numThreads} threads, ${build}`),
    environment === 'cuda' && facts.cuda.length === 0
      ? problem('devices', 'cpu alone', 'Is there an NVIDIA driver (nvidia-smi)? Otherwise use --device cpu.')
      : facts.cudaBuild !== null && devices.length === 0
        ? warning('devices', 'cpu alone', 'This torch could use CUDA, but sees no device: nvidia-smi tells more.')
        : ok('devices', ['cpu', ...devices].join('; ')),
  ];
}
