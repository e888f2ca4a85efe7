using Fovea.Bench.Peers;
using Microsoft.ML.OnnxRuntime;

// ONNX Runtime's side of the comparison, on the model.onnx that Fovea wrote: one Run on memory that was bound before.
int threads = 1;
Lines.Serve("ONNX Runtime", OrtEnv.Instance().GetVersionString(), n => threads = n, folder => new SessionWork(folder, threads));
