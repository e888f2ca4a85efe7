using System.Globalization;
using Fovea.Onnx;

namespace Fovea.Inspect;

/// <summary>A case in the form of ONNX's own backend tests: <c>model.onnx</c>, and folders <c>test_data_set_*</c> of <c>input_*.pb</c> and <c>output_*.pb</c>.</summary>
public static class OnnxCase
{
    /// <summary>The error allowed relative to each number, as ONNX's own runner of these tests has it.</summary>
    public const double RelativeTolerance = 1e-3;

    /// <summary>The error allowed beside it: <c>|a − b| ≤ 1e-7 + 1e-3 · |b|</c>.</summary>
    public const double AbsoluteTolerance = 1e-7;

    private const string Kind = "onnx";
    private const string Model = "model.onnx";

    /// <summary>Whether a folder is such a case.</summary>
    public static bool IsCase(string folder) => File.Exists(Path.Combine(folder, Model));

    /// <summary>Loads the model, runs it on every data set, and compares all outputs.</summary>
    /// <param name="folder">
    /// The case. One that cannot be read is failed; operators that are not known make it unsupported. Where values decide shapes there is no
    /// compiled form, and that path is left out.
    /// </param>
    /// <param name="by">How it is run (default: op by op with gradients on).</param>
    public static GoldenResult Run(string folder, GoldenPath by = GoldenPath.Eager)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        using TensorScope scope = TensorScope.Begin();
        try
        {
            var tensors = new List<GoldenTensor>();
            using var model = OnnxModel.Load(Path.Combine(folder, Model));
            model.Eval();
            string[] sets = [.. Directory.GetDirectories(folder, "test_data_set_*").Order(StringComparer.Ordinal)];
            if (sets.Length == 0)
            {
                throw new DataFormatException($"{folder}: expected folders test_data_set_*, got none.");
            }

            foreach (string set in sets)
            {
                Compare(model, set, by, sets.Length > 1 ? $"{Path.GetFileName(set)}/" : string.Empty, tensors);
            }

            GoldenTensor worst = tensors.MaxBy(t => t.Error)!;
            return new GoldenResult(Kind, name, worst.Error <= RelativeTolerance, worst.Error, worst.Name, RelativeTolerance) { Tensors = tensors, Path = by };
        }
        catch (CompileException e)
        {
            return new GoldenResult(Kind, name, true, 0, string.Empty, RelativeTolerance, e.Message) { IsLeftOut = true, Path = by };
        }
        catch (OnnxException e) when (e.Problems.Count > 0)
        {
            string asked = string.Join("; ", e.Problems.Select(p => $"{p.Operator} ({p.Reason})").Distinct());
            return Broken(name, by, e.Message) with { Unsupported = asked };
        }
        catch (Exception e) when (e is FoveaException or IOException or UnauthorizedAccessException)
        {
            return Broken(name, by, e.Message);
        }
    }

    private static GoldenResult Broken(string name, GoldenPath by, string message) =>
        new(Kind, name, false, double.NaN, string.Empty, RelativeTolerance, message) { Path = by };

    private static void Compare(OnnxModel model, string set, GoldenPath by, string prefix, List<GoldenTensor> tensors)
    {
        Tensor[] inputs = Read(set, "input");
        Tensor[] expected = Read(set, "output");
        Tensor[] actual = Outputs(model, inputs, by);
        if (actual.Length < expected.Length || expected.Length == 0)
        {
            throw new DataFormatException($"{set}: expected the {actual.Length} outputs of the model, got {expected.Length}.");
        }

        for (int i = 0; i < expected.Length; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{prefix}output_{i}");
            tensors.Add(actual[i].Shape == expected[i].Shape
                ? new GoldenTensor(name, Error(actual[i], expected[i]))
                : throw new DataFormatException($"{name}: expected the shape {expected[i].Shape}, got {actual[i].Shape}."));
        }
    }

    private static Tensor[] Outputs(OnnxModel model, Tensor[] inputs, GoldenPath by)
    {
        using IDisposable? still = by == GoldenPath.Eager ? null : GradMode.NoGrad();
        if (by != GoldenPath.Compiled)
        {
            return model.CallAll(inputs);
        }

        // Whole numbers may decide shapes, which are those of one compiled model: it has them as constants.
        var options = new CompileOptions { OtherBatches = false };
        Tensor[] floats = [.. inputs.Where(x => x.DType.IsFloating())];
        if (floats.Length == 0)
        {
            throw new CompileException("nothing is left to compile where all inputs are constants.");
        }

        using CompiledModel compiled = CompiledModel.Of(
            x => model.CallAll([.. inputs.Select(i => Array.IndexOf(floats, i) is >= 0 and var at ? x[at] : i)]), options, Array.ConvertAll(floats, x => x.Spec));
        return compiled.RunAll(floats);
    }

    private static Tensor[] Read(string set, string kind)
    {
        var all = new List<Tensor>();
        while (Path.Combine(set, string.Create(CultureInfo.InvariantCulture, $"{kind}_{all.Count}.pb")) is var file && File.Exists(file))
        {
            all.Add(OnnxTensorFile.Read(file));
        }

        return [.. all];
    }

    /// <summary>The largest <c>|a − b| / (|b| + atol / rtol)</c>, which is the relative tolerance where both tolerances together are just met.</summary>
    private static double Error(Tensor actual, Tensor expected)
    {
        double[] a = actual.To(DType.Float64).ToArray<double>();
        double[] b = expected.To(DType.Float64).ToArray<double>();
        double worst = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double error = a[i].Equals(b[i]) ? 0 : Math.Abs(a[i] - b[i]) / (Math.Abs(b[i]) + (AbsoluteTolerance / RelativeTolerance));
            worst = double.IsNaN(error) ? double.PositiveInfinity : Math.Max(worst, error);
        }

        return worst;
    }
}
