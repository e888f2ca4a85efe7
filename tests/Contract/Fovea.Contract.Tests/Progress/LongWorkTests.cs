using System.Security.Cryptography;
using Fovea.Contract.Tests.Compilation;
using Fovea.Inspect;
using Fovea.Io;
using Fovea.Models;
using Fovea.Onnx;
using Fovea.Testing;

namespace Fovea.Contract.Tests.Progress;

/// <summary>Compiling, loading, writing, measuring and looking tell how far they are, and leave nothing behind when they are stopped.</summary>
public sealed class LongWorkTests : IClassFixture<CollectedMemory>, IDisposable
{
    // Reports at which each call is stopped: the first, the last, and some in between.
    private const int Stops = 9;
    private static readonly TensorSpec s_image = new([1, 3, 32, 32], DType.Float32);
    private readonly TemporaryFolder _folder = new();
    private readonly Module _model = DrawnModels.Make("resnet8", new ModelOptions { ImageSize = 32, Classes = 5 });
    private readonly Lazy<Module> _transformer = new(() => DrawnModels.Make("vit_mini_patch8", new ModelOptions { ImageSize = 32, Classes = 5 }));
    private readonly Lazy<Module> _gated = new(() => DrawnModels.Make("resnet8", new ModelOptions { ImageSize = 32, Classes = 5, Attention = new AttentionPlacement { Key = "cbam" } }));

    public static TheoryData<string, WorkStage[]> Calls => new()
    {
        { "compile", [WorkStage.Tracing, WorkStage.Rewriting, WorkStage.Packing] },
        { "weights.safetensors", [WorkStage.Reading] },
        { "weights.npz", [WorkStage.Reading] },
        { "weights.pth", [WorkStage.Reading] },
        { "weights.onnx", [WorkStage.Checking, WorkStage.Reading, WorkStage.Building] },
        { "model.onnx", [WorkStage.Checking, WorkStage.Reading, WorkStage.Building] },
        { "export", [WorkStage.Tracing, WorkStage.Rewriting, WorkStage.Writing] },
        { "profile", [WorkStage.Running] },
        { "profile compiled", [WorkStage.Tracing, WorkStage.Rewriting, WorkStage.Packing, WorkStage.Running] },
        { "benchmark", [WorkStage.Tracing, WorkStage.Rewriting, WorkStage.Packing, WorkStage.Running] },
        { "benchmark training", [WorkStage.Running] },
        { "grad-cam", [WorkStage.Running] },
        { "score-cam", [WorkStage.Running] },
        { "ablation-cam", [WorkStage.Running] },
        { "full-grad", [WorkStage.Running] },
        { "attention-rollout", [WorkStage.Running] },
        { "gradient-rollout", [WorkStage.Running] },
        { "smoothed grad-cam", [WorkStage.Running] },
        { "site", [WorkStage.Running] },
    };

    public void Dispose()
    {
        // Not left to the garbage collector, which would disturb the counts of the next test.
        foreach (Module model in new[] { _model }.Concat(new[] { _transformer, _gated }.Where(m => m.IsValueCreated).Select(m => m.Value)))
        {
            foreach ((_, Tensor value) in model.NamedParameters().Concat(model.NamedBuffers()))
            {
                value.Dispose();
            }
        }

        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void Progress_rises_to_the_end_of_each_stage(string call, WorkStage[] stages)
    {
        using TensorScope scope = TensorScope.Begin();
        using var log = new ProgressLog();
        using IDisposable? made = Run(call, log, log.Token);
        Assert.Null(log.Problem(stages));
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void A_token_that_is_cancelled_stops_a_call_before_it_begins(string call, WorkStage[] stages)
    {
        using TensorScope scope = TensorScope.Begin();
        using var log = new ProgressLog();
        Assert.ThrowsAny<OperationCanceledException>(() => Run(call, log, new CancellationToken(canceled: true)));
        Assert.Empty(log.Reports);
        Assert.NotEmpty(stages);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void A_call_that_is_stopped_in_the_middle_leaves_no_memory(string call, WorkStage[] stages)
    {
        using TensorScope scope = TensorScope.Begin();
        using var whole = new ProgressLog();
        Run(call, whole, whole.Token)?.Dispose();
        long blocks = TensorMemory.LiveBlocks;
        int stopped = 0;
        for (int i = 0; i < Stops; i++)
        {
            int at = i * (whole.Reports.Count - 1) / (Stops - 1);
            using var log = new ProgressLog(at);
            try
            {
                // What is asked to stop at its last report is whole already.
                Run(call, log, log.Token)?.Dispose();
                Assert.Equal(stages[^1], log.Reports[at].Stage);
            }
            catch (OperationCanceledException)
            {
                stopped++;
            }

            Assert.Equal(blocks, TensorMemory.LiveBlocks);
        }

        Assert.InRange(stopped, Stops / 2, Stops - 1);
    }

    [Theory]
    [InlineData(2_000_000_000)]
    [InlineData(1000)]
    public void An_export_that_is_stopped_leaves_what_was_there(long externalFrom)
    {
        using TensorScope scope = TensorScope.Begin();
        string path = _folder.File("kept.onnx");
        var options = new OnnxExportOptions { ExternalFrom = externalFrom };
        using var whole = new ProgressLog();
        _model.ExportOnnx(path, options, [s_image], whole, whole.Token);
        Dictionary<string, string> before = Files();
        foreach ((_, Tensor value) in _model.NamedParameters())
        {
            value.AsSpan<float>().Fill(3);
        }

        for (int i = 0; i < Stops - 1; i++)
        {
            int at = i * (whole.Reports.Count - 1) / (Stops - 1);
            using var log = new ProgressLog(at);
            Assert.ThrowsAny<OperationCanceledException>(() => _model.ExportOnnx(path, options, [s_image], log, log.Token));
            Assert.Equal(before, Files());
        }

        _model.ExportOnnx(path, options, s_image);
        Assert.NotEqual(before, Files());
    }

    private Dictionary<string, string> Files() =>
        Directory.GetFiles(_folder.Path).ToDictionary(f => Path.GetFileName(f), f => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f))));

    private IDisposable? Run(string call, IProgress<WorkProgress> progress, CancellationToken cancellation)
    {
        if (call == "compile")
        {
            return _model.Compile([1, 3, 32, 32], progress, cancellation);
        }

        if (!call.Contains('.', StringComparison.Ordinal))
        {
            Look(call, progress, cancellation);
            return null;
        }

        string path = Write(call);
        if (call == "model.onnx")
        {
            return OnnxModel.Load(path, null, progress, cancellation);
        }

        using TensorScope scope = TensorScope.Begin();
        WeightsFile.Read(path, progress: progress, cancellation: cancellation);
        return null;
    }

    private void Look(string call, IProgress<WorkProgress> progress, CancellationToken cancellation)
    {
        Module seen = call.EndsWith("rollout", StringComparison.Ordinal) ? _transformer.Value : call == "site" ? _gated.Value : _model;
        using TensorScope scope = TensorScope.Begin();
        Tensor image = Tensor.Ones(s_image.Shape);
        switch (call)
        {
            case "export":
                _model.ExportOnnx(_folder.File("exported.onnx"), OnnxExportOptions.Default, [s_image], progress, cancellation);
                break;
            case "profile":
                ModelProfile.Run(_model, [image], runs: 3, measurePeaks: false, progress, cancellation);
                break;
            case "profile compiled":
                ModelProfile.RunCompiled(_model, [image], runs: 3, measurePeaks: false, progress, cancellation);
                break;
            case "benchmark" or "benchmark training":
                BenchmarkPass pass = call == "benchmark" ? BenchmarkPass.Forward : BenchmarkPass.Training;
                try
                {
                    Benchmark.Run(call, _model, [image], pass, runs: 3, progress: progress, cancellation: cancellation);
                }
                finally
                {
                    Assert.False(_model.IsTraining);
                }

                break;
            default:
                Method(call).Explain(seen, image, new ClassTarget(1), progress, cancellation);
                break;
        }
    }

    private IMapMethod Method(string name) => name switch
    {
        "site" => SiteMapMethod.All(_gated.Value, Tensor.Ones(s_image.Shape))[0],
        "smoothed grad-cam" => MapMethods.Create("grad-cam", new MapMethodOptions { SmoothByFlip = true, SmoothByScales = [1, 2] }),
        _ => MapMethods.Create(name),
    };

    private string Write(string name)
    {
        string path = _folder.File(name);
        if (!File.Exists(path) && Path.GetExtension(name) == ".onnx")
        {
            _model.ExportOnnx(path, OnnxExportOptions.Default, s_image);
        }
        else if (!File.Exists(path))
        {
            WeightsFile.Write(path, StateDict.Of(_model));
        }

        return path;
    }
}
