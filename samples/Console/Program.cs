// A console program on the packages Fovea and Fovea.Training: a mechanism, a network with it, training by hand, weights, and a compiled call.
using Fovea;
using Fovea.Attention;
using Fovea.Io;
using Fovea.Models;
using Fovea.Training;
using Fovea.Training.Data;

using TensorScope scope = TensorScope.Begin();

// 1. A mechanism is a layer: what must be given is a parameter, what may be given a property.
Module cbam = new Cbam(channels: 64) { KernelSize = 3 };
Console.WriteLine($"cbam: {cbam.Call(Tensor.Ones([2, 64, 14, 14])).Shape}, {cbam.Parameters().Sum(p => p.Elements)} parameters");

// 2. A network of the catalogue with a mechanism in every block.
var options = new ModelOptions { Classes = 8, Attention = new AttentionPlacement { Key = "se" } };
Module model = ModelCatalog.Create("resnet8", options);

// 3. Training by hand, on few pictures so that it is soon learnt: a batch, the loss, its gradients, a step.
var images = new ClutterDataset(count: 32, seed: 1);
var loader = new DataLoader(images, new SamplePipeline(TransformOptions.ForEvaluation(new Size2(32, 32), new Size2(32, 32))), new DataLoaderOptions { BatchSize = 32, Seed = 1 });
using var optimizer = new Sgd(ParameterGroup.Of(model, weightDecay: 1e-4), learningRate: 0.1, momentum: 0.9);
var losses = new List<double>();
foreach (Batch batch in Enumerable.Range(0, 30).SelectMany(epoch => loader.Read(epoch)))
{
    using (batch)
    using (TensorScope.Begin())
    {
        Tensor loss = model.Call(batch.Images).CrossEntropy(batch.Labels);
        loss.Backward();
        optimizer.Step();
        optimizer.ClearGrads();
        losses.Add(loss.Item());
    }
}

Console.WriteLine($"trained: {losses.Count} steps, loss {losses[0]:F2} at first, {losses[^1]:F2} at last");

// 4. Weights, written and read by a network that was made anew.
string file = Path.Combine(Path.GetTempPath(), $"fovea-sample-{Environment.ProcessId}.safetensors");
SafetensorsFile.Write(file, StateDict.Of(model));
Module again = ModelCatalog.Create("resnet8", options);
StateDict.Load(again, SafetensorsFile.Read(file).Tensors);
File.Delete(file);

// 5. Compiled for inference: norms folded, ops fused, memory planned. It gives what the network gives.
using CompiledModel compiled = again.Eval().Compile([1, 3, 32, 32]);
Tensor picture = loader.Pipeline.ToInput([images.Get(0).Image]);
Tensor expected = model.Eval().Call(picture), answer = compiled.Run(picture);
double difference = expected.ToArray<float>().Zip(answer.ToArray<float>(), (e, a) => Math.Abs(e - a)).Max();

Console.WriteLine($"compiled: {compiled.Steps.Count} steps, output {answer.Shape}, {(difference < 1e-3 ? "equal" : $"off by {difference}")}");
return losses[^1] < losses[0] / 2 && difference < 1e-3 ? 0 : 1;
