using Fovea.Onnx.Protocol;

namespace Fovea.Onnx.Export;

/// <summary>
/// Makes the graph of a file from the graph of a module. Which axes may have any length is found out by trying: the module is traced with
/// several sizes, and where a number that follows from them has no form in ONNX, fewer sizes are left open.
/// </summary>
internal static class Exporter
{
    public static (ExportGraph Graph, OnnxSignature Signature) Run(Module module, OnnxExportOptions options, TensorSpec[] inputs, WorkMeter meter)
    {
        var notes = new List<string>();
        (bool Batch, bool Size)[] freedoms = [.. Freedoms(options, inputs)];
        meter.Begin(WorkStage.Tracing, freedoms.Sum(f => Sizes(inputs, f.Batch, f.Size, options.SizeUnit).Length));
        foreach ((bool batch, bool size) in freedoms)
        {
            if (Try(module, options, inputs, batch, size, meter, out string reason) is { } graph)
            {
                try
                {
                    Rewrite(graph, meter);
                    return (graph, graph.Signature(notes));
                }
                catch
                {
                    graph.Dispose();
                    throw;
                }
            }

            notes.Add($"{(size ? "images of one size only" : "a batch of one size only")}: {reason}");
        }

        throw new InvalidOperationException("export: a graph of fixed sizes was refused.");
    }

    private static IEnumerable<(bool Batch, bool Size)> Freedoms(OnnxExportOptions options, TensorSpec[] inputs)
    {
        bool batched = options.AnyBatch && inputs.Length > 0 && inputs[0].Shape.Rank > 1;
        bool sized = options.AnySize && inputs.Length == 1 && inputs[0].Shape.Rank == 4;
        if (sized)
        {
            yield return (batched, true);
        }

        if (batched)
        {
            yield return (true, false);
        }

        yield return (false, false);
    }

    private static ExportGraph? Try(
        Module module, OnnxExportOptions options, TensorSpec[] inputs, bool batch, bool size, WorkMeter meter, out string reason)
    {
        TensorSpec[][] sizes = Sizes(inputs, batch, size, options.SizeUnit);
        if (GraphFamily.Of(s => Simple(module, s, meter), sizes, out reason) is not { } family)
        {
            return null;
        }

        var graph = new ExportGraph(family, options);
        try
        {
            OpTable.Translate(graph);
            return graph;
        }
        catch (FollowsSizeException e)
        {
            graph.Dispose();
            reason = e.Message;
            return null;
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    private static void Rewrite(ExportGraph graph, WorkMeter meter)
    {
        Action<ExportGraph>[] passes = [BatchNormFolding.Run, PreprocessingNodes.Run, HalfPrecision.Run];
        meter.Begin(WorkStage.Rewriting, passes.Length);
        foreach (Action<ExportGraph> pass in passes)
        {
            pass(graph);
            meter.Step();
        }
    }

    private static Graph Simple(Module module, TensorSpec[] inputs, WorkMeter meter)
    {
        using Graph written = module.Trace(inputs);
        meter.Step();
        return written.Decompose(op => OpTable.Knows(op.Name));
    }

    /// <summary>Sizes that grow apart: no axis is a constant multiple of another by chance.</summary>
    private static TensorSpec[][] Sizes(TensorSpec[] inputs, bool batch, bool size, int unit)
    {
        if (!batch && !size)
        {
            return [inputs];
        }

        int n = inputs[0].Shape.Rank > 0 ? inputs[0].Shape[0] : 0;
        return [inputs, Grown(inputs, batch ? n + 1 : n, size ? 2 : 1, size ? 3 : 1, n), Grown(inputs, batch ? (2 * n) + 3 : n, size ? 3 : 1, size ? 5 : 1, n, size ? unit : 0)];
    }

    private static TensorSpec[] Grown(TensorSpec[] inputs, int batch, int height, int width, int before, int more = 0) =>
        Array.ConvertAll(inputs, s =>
        {
            Shape shape = s.Shape.Rank > 0 && s.Shape[0] == before ? s.Shape.With(0, batch) : s.Shape;
            return s with
            {
                Shape = shape.Rank == 4 && (height > 1 || width > 1)
                    ? shape.With(2, (shape[2] * height) + more).With(3, (shape[3] * width) + (2 * more))
                    : shape,
            };
        });
}

/// <summary>A number that an op needs follows from the inputs' sizes in a way that ONNX has no form for.</summary>
internal sealed class FollowsSizeException(string message) : Exception(message);
