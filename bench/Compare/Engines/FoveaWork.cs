using System.Diagnostics;
using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Io;
using Fovea.Layers;
using Fovea.Models;
using Fovea.Onnx;
using Fovea.Training;

namespace Fovea.Bench.Compare;

/// <summary>Fovea's side of one row, and the files from which the peers build the same.</summary>
internal sealed class FoveaWork : IDisposable
{
    private const int MostSamples = 2048;
    private const int DetectedClasses = 3;
    private const int ObjectsEach = 16;
    private const int PixelClasses = 12;
    private readonly Row _row;
    private readonly Module _module;
    private readonly Tensor _x;
    private readonly Tensor _cotangent;
    private readonly Tensor _labels;
    private readonly DetectionScheme? _detection;
    private readonly Sgd? _optimizer;
    private readonly CompiledModel? _compiled;
    private readonly Tensor? _y;

    public FoveaWork(Row row)
    {
        _row = row;
        var generator = new Generator(7);
        _module = Build(row);
        Initialization.Draw(_module, generator.Fork("weights"));
        if (row.Model is null)
        {
            Unsettle(_module, generator.Fork("unsettled"));
        }

        _module.Train(row.Pass != Pass.Forward);
        _x = Normal(row.Shape, generator.Fork("x"), row.Scale);
        _cotangent = row.Pass == Pass.Training ? Normal(row.Shape, generator.Fork("cotangent"), 1) : Tensor.Zeros([1]);
        _detection = (_module as IDetector)?.Scheme;
        _labels = _detection is not null ? Boxes(row, _detection.Classes)
            : row.IsSegmenter ? Mask(row)
            : Tensor.From(Enumerable.Range(0, row.Batch).Select(i => (long)(i % 10)).ToArray());
        foreach (Module drop in _module.NamedModules().Select(m => m.Value).Where(m => m is Dropout or Dropout2d))
        {
            // The engines draw other numbers; without them all see the same losses.
            drop.Eval();
        }

        _x.RequiresGrad = row.Pass == Pass.Training;
        _optimizer = row.Pass == Pass.TrainingStep ? new Sgd(ParameterGroup.Of(_module, 5e-4), row.LearningRate, 0.9) : null;
        if (row.Pass == Pass.Forward)
        {
            _compiled = _module.Compile(new Shape(row.Shape));
            _y = Tensor.Empty(_compiled.Output.Shape);
        }

        Steps = row.Pass switch
        {
            Pass.Forward => new Dictionary<string, Action> { [Engines.Fovea] = Compiled, [Engines.FoveaEager] = Forward },
            Pass.Training => new Dictionary<string, Action> { [Engines.Fovea] = Training },
            _ => new Dictionary<string, Action> { [Engines.Fovea] = () => TrainingStep() },
        };
    }

    /// <summary>A step of each way in which Fovea can do this.</summary>
    public IReadOnlyDictionary<string, Action> Steps { get; }

    /// <summary>Writes the row, the weights and the data for the peers, before any step has changed them.</summary>
    public void Save(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "row.json"), _row.ToJson().ToJsonString());
        NpzFile.Write(Path.Combine(folder, "weights.npz"), _module.NamedParameters().Concat(_module.NamedBuffers()).ToDictionary(t => t.Name, t => t.Value));
        if (_row.Pass == Pass.Forward)
        {
            _module.ExportOnnx(Path.Combine(folder, "model.onnx"), new OnnxExportOptions { AnyBatch = false, AnySize = false }, _x.Spec);
        }

        NpzFile.Write(Path.Combine(folder, "data.npz"), new Dictionary<string, Tensor> { ["x"] = _x, ["cotangent"] = _cotangent, ["labels"] = _labels });
    }

    /// <summary>The numbers that all sides must agree on: outputs, gradients, or the losses of the first steps.</summary>
    public Dictionary<string, double[]> Check()
    {
        if (_row.Pass == Pass.TrainingStep)
        {
            return new() { ["losses"] = [.. Enumerable.Range(0, _row.CheckedSteps).Select(_ => TrainingStep())] };
        }

        using TensorScope scope = TensorScope.Begin();
        if (_row.Pass == Pass.Forward)
        {
            Compiled();
            return new() { ["y"] = Sample(_y!) };
        }

        _x.ClearGrad();
        _module.ClearGrads();
        Tensor y = _module.Call(_x);
        var values = new Dictionary<string, double[]> { ["y"] = Sample(y) };
        y.Backward(_cotangent);
        values["dx"] = Sample(_x.Grad!);
        foreach ((string name, Tensor parameter) in _module.NamedParameters())
        {
            values[$"d {name}"] = Sample(parameter.Grad!);
        }

        return values;
    }

    /// <summary>The output of the eager model, or null where the steps are eager ones anyway.</summary>
    public Dictionary<string, double[]>? CheckEager()
    {
        if (_row.Pass != Pass.Forward)
        {
            return null;
        }

        using TensorScope scope = TensorScope.Begin();
        using IDisposable inference = GradMode.NoGrad();
        return new() { ["y"] = Sample(_module.Call(_x)) };
    }

    /// <summary>Runs steps for a while, at least one.</summary>
    /// <returns>Milliseconds of each.</returns>
    public List<double> Time(string way, double seconds)
    {
        Action step = Steps[way];
        var took = new List<double>();
        long begin = Stopwatch.GetTimestamp();
        do
        {
            long start = Stopwatch.GetTimestamp();
            step();
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
        _compiled?.Dispose();
        _y?.Dispose();
        foreach (Tensor owned in (Tensor[])[.. _module.Parameters(), .. _module.NamedBuffers().Select(b => b.Value), _x, _cotangent, _labels])
        {
            owned.Dispose();
        }
    }

    private static Module Build(Row row)
    {
        if (row.Model is { } model)
        {
            return ModelCatalog.Create(model, new ModelOptions
            {
                // What weights are tied to: windows and relations of all positions.
                ImageSize = row.IsSegmenter || row.IsEmbedder ? (row.Shape[2], row.Shape[3]) : default,
                Classes = row.IsDetector ? DetectedClasses : row.IsSegmenter ? PixelClasses : model == "resnet20-cifar" ? 10 : 1000,
                Attention = row.Attention is { } key ? new AttentionPlacement { Key = key } : null,
            });
        }

        Entry entry = Catalog.Find(row.Attention!);
        return row.Shape.Length == 4
            ? entry.CreateFor(new SlotShape(row.Shape[1], row.Shape[2], row.Shape[3]), row.Options)
            : entry.Create(row.Options.DeepClone().AsObject());
    }

    /// <summary>Moves what starts at 0 or 1 away from there, so that a block that begins as the identity is compared at work.</summary>
    private static void Unsettle(Module module, Generator generator)
    {
        foreach ((string name, Tensor value) in module.NamedParameters().Concat(module.NamedBuffers()).Where(t => t.Value.DType == DType.Float32))
        {
            Span<float> values = value.AsSpan<float>();
            if (values.IndexOfAnyExcept(values[0]) < 0 && (values[0] == 0 || values[0] == 1))
            {
                float start = name.EndsWith("gamma", StringComparison.Ordinal) ? 0.5f : values[0];
                Generator own = generator.Fork(name);
                foreach (ref float v in values)
                {
                    v = start + 0.1f * Math.Abs((float)own.NextNormal());
                }
            }
        }
    }

    /// <summary>Objects of a tenth to a third of the pictures' shorter side, anywhere: [N, objects, 6].</summary>
    private static Tensor Boxes(Row row, int classes)
    {
        Tensor labels = Tensor.Empty([row.Batch, ObjectsEach, LabelledBox.Columns]);
        Span<float> values = labels.AsSpan<float>();
        var generator = new Generator(11);
        int height = row.Shape[2], width = row.Shape[3], shorter = Math.Min(height, width);
        for (int i = 0; i < row.Batch * ObjectsEach; i++)
        {
            double across = shorter * (0.1 + (0.23 * generator.NextDouble())), down = shorter * (0.1 + (0.23 * generator.NextDouble()));
            double left = (width - across) * generator.NextDouble(), top = (height - down) * generator.NextDouble();
            Span<float> box = values.Slice(i * LabelledBox.Columns, LabelledBox.Columns);
            (box[0], box[5]) = (generator.Next(classes), 0);
            (box[1], box[2], box[3], box[4]) = ((float)left, (float)top, (float)(left + across), (float)(top + down));
        }

        return labels;
    }

    /// <summary>A class for each pixel, in squares: [N, H, W].</summary>
    private static Tensor Mask(Row row)
    {
        const int side = 16;
        Tensor labels = Tensor.Empty([row.Batch, row.Shape[2], row.Shape[3]], DType.Int64);
        Span<long> values = labels.AsSpan<long>();
        for (int i = 0; i < values.Length; i++)
        {
            int x = i % row.Shape[3], y = i / row.Shape[3];
            values[i] = ((x / side) + (y / side)) % PixelClasses;
        }

        return labels;
    }

    private static double[] Sample(Tensor values)
    {
        float[] all = values.ToArray<float>();
        int stride = Math.Max(1, all.Length / MostSamples);
        return [.. Enumerable.Range(0, Math.Min(MostSamples, (all.Length + stride - 1) / stride)).Select(i => (double)all[i * stride])];
    }

    private static Tensor Normal(int[] shape, Generator generator, double scale)
    {
        Tensor x = Tensor.Empty(new Shape(shape));
        Span<float> values = x.AsSpan<float>();
        generator.FillNormal(values);
        foreach (ref float v in values)
        {
            v *= (float)scale;
        }

        return x;
    }

    private void Compiled() => _compiled!.Run(_x, _y!);

    private void Forward()
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable inference = GradMode.NoGrad();
        _module.Call(_x);
    }

    private void Training()
    {
        using TensorScope scope = TensorScope.Begin();
        _x.ClearGrad();
        _module.ClearGrads();
        _module.Call(_x).Backward(_cotangent);
    }

    private Tensor Loss()
    {
        if (_detection is not null)
        {
            return _detection.Loss(_module.Call(_x), _labels, _row.Shape[2], _row.Shape[3]).Total;
        }

        if (_module is IEmbedder embedder)
        {
            // In training the features come first; the loss is of the logits behind them.
            Tensor all = _module.Call(_x);
            return all.Narrow(1, embedder.EmbeddingSize, all.Shape[1] - embedder.EmbeddingSize).CrossEntropy(_labels);
        }

        var made = AuxiliaryOutputs.Of(_module, _x);
        Tensor loss = made.Main.CrossEntropy(_labels);
        foreach ((Tensor output, double weight) in made.Others)
        {
            loss += output.CrossEntropy(_labels) * weight;
        }

        return loss;
    }

    private double TrainingStep()
    {
        using TensorScope scope = TensorScope.Begin();
        _optimizer!.ClearGrads();
        Tensor loss = Loss();
        loss.Backward();
        _optimizer.Step();
        return loss.Item();
    }
}
