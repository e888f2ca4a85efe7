using Fovea.Contract.Tests.Compilation;
using Fovea.Io;
using Fovea.Models;
using Fovea.Onnx;
using Fovea.Testing;

namespace Fovea.Contract.Tests.Progress;

/// <summary>Compiling and loading tell how far they are, and leave nothing behind when they are stopped.</summary>
public sealed class LongWorkTests : IClassFixture<CollectedMemory>, IDisposable
{
    // Reports at which each call is stopped: the first, the last, and some in between.
    private const int Stops = 9;
    private readonly TemporaryFolder _folder = new();
    private readonly Module _model = TestModels.Make("resnet8", new ModelOptions { ImageSize = 32, Classes = 5 });

    public static TheoryData<string, WorkStage[]> Calls => new()
    {
        { "compile", [WorkStage.Tracing, WorkStage.Rewriting, WorkStage.Packing] },
        { "weights.safetensors", [WorkStage.Reading] },
        { "weights.npz", [WorkStage.Reading] },
        { "weights.pth", [WorkStage.Reading] },
        { "weights.onnx", [WorkStage.Checking, WorkStage.Reading, WorkStage.Building] },
        { "model.onnx", [WorkStage.Checking, WorkStage.Reading, WorkStage.Building] },
    };

    public void Dispose()
    {
        // Not left to the garbage collector, which would disturb the counts of the next test.
        foreach ((_, Tensor value) in _model.NamedParameters().Concat(_model.NamedBuffers()))
        {
            value.Dispose();
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

    private IDisposable? Run(string call, IProgress<WorkProgress> progress, CancellationToken cancellation)
    {
        if (call == "compile")
        {
            return _model.Compile([1, 3, 32, 32], progress, cancellation);
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

    private string Write(string name)
    {
        string path = _folder.File(name);
        if (!File.Exists(path) && Path.GetExtension(name) == ".onnx")
        {
            _model.ExportOnnx(path, OnnxExportOptions.Default, new TensorSpec([1, 3, 32, 32], DType.Float32));
        }
        else if (!File.Exists(path))
        {
            WeightsFile.Write(path, StateDict.Of(_model));
        }

        return path;
    }
}
