using System.Diagnostics;
using Fovea.Attention;
using Fovea.Io;
using Fovea.Models;
using Fovea.Training;

namespace Fovea.Bench.Compare;

/// <summary>Fovea's side of one row, and the files from which the peer builds the same.</summary>
internal sealed class FoveaWork : IDisposable
{
    private readonly Row _row;
    private readonly Module _module;
    private readonly Tensor _x;
    private readonly Tensor _cotangent;
    private readonly Tensor _labels;
    private readonly Sgd? _optimizer;

    public FoveaWork(Row row)
    {
        _row = row;
        var generator = new Generator(7);
        _module = row.Model is { } model
            ? ModelCatalog.Create(model, new ModelOptions
            {
                Classes = model == "resnet50" ? 1000 : 10,
                Attention = row.Attention is { } key ? new AttentionPlacement { Key = key } : null,
            })
            : Catalog.Find(row.Attention!).CreateFor(new SlotShape(row.Shape[1], row.Shape[2], row.Shape[3]));
        Initialization.Draw(_module, generator.Fork("weights"));
        _module.Train(row.Pass != Pass.Forward);
        _x = Normal(row.Shape, generator.Fork("x"));
        _cotangent = row.Pass == Pass.Training ? Normal(row.Shape, generator.Fork("cotangent")) : Tensor.Zeros([1]);
        _labels = Tensor.From(Enumerable.Range(0, row.Batch).Select(i => (long)(i % 10)).ToArray());
        _x.RequiresGrad = row.Pass == Pass.Training;
        _optimizer = row.Pass == Pass.TrainingStep ? new Sgd(ParameterGroup.Of(_module, 5e-4), 0.05, 0.9) : null;
    }

    /// <summary>Writes the row, the weights and the data for the peer, before any step has changed them.</summary>
    public void Save(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "row.json"), _row.ToJson().ToJsonString());
        NpzFile.Write(Path.Combine(folder, "weights.npz"), _module.NamedParameters().Concat(_module.NamedBuffers()).ToDictionary(t => t.Name, t => t.Value));
        NpzFile.Write(Path.Combine(folder, "data.npz"), new Dictionary<string, Tensor> { ["x"] = _x, ["cotangent"] = _cotangent, ["labels"] = _labels });
    }

    /// <summary>The numbers that both sides must agree on: outputs, the input's gradient, or the losses of the first three steps.</summary>
    public double[] Check()
    {
        if (_row.Pass == Pass.TrainingStep)
        {
            return [TrainingStep(), TrainingStep(), TrainingStep()];
        }

        using TensorScope scope = TensorScope.Begin();
        if (_row.Pass == Pass.Training)
        {
            Training();
            return First(_x.Grad!);
        }

        using IDisposable inference = GradMode.NoGrad();
        return First(_module.Call(_x));
    }

    /// <summary>Runs steps for a while, at least one.</summary>
    /// <returns>Milliseconds of each.</returns>
    public List<double> Time(double seconds)
    {
        var took = new List<double>();
        long begin = Stopwatch.GetTimestamp();
        do
        {
            long start = Stopwatch.GetTimestamp();
            Step();
            took.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        while (Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds);
        return took;
    }

    public void Dispose()
    {
        _module.ClearGrads();
        _x.ClearGrad();
        _optimizer?.Dispose();
        foreach (Tensor owned in (Tensor[])[.. _module.Parameters(), .. _module.NamedBuffers().Select(b => b.Value), _x, _cotangent, _labels])
        {
            owned.Dispose();
        }
    }

    private static double[] First(Tensor values) => [.. values.ToArray<float>().Take(4096).Select(v => (double)v)];

    private static Tensor Normal(int[] shape, Generator generator)
    {
        Tensor x = Tensor.Empty(new Shape(shape));
        generator.FillNormal(x.AsSpan<float>());
        return x;
    }

    private void Step()
    {
        switch (_row.Pass)
        {
            case Pass.Forward:
                using (TensorScope.Begin())
                {
                    using IDisposable inference = GradMode.NoGrad();
                    _module.Call(_x);
                }

                break;
            case Pass.Training:
                Training();
                break;
            default:
                TrainingStep();
                break;
        }
    }

    private void Training()
    {
        using TensorScope scope = TensorScope.Begin();
        _x.ClearGrad();
        _module.ClearGrads();
        _module.Call(_x).Backward(_cotangent);
    }

    private double TrainingStep()
    {
        using TensorScope scope = TensorScope.Begin();
        _optimizer!.ClearGrads();
        Tensor loss = _module.Call(_x).CrossEntropy(_labels);
        loss.Backward();
        _optimizer.Step();
        return loss.Item();
    }
}
