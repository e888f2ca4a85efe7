using Fovea.Cli.Converting;
using Fovea.Cli.Explaining;
using Fovea.Cli.Exporting;
using Fovea.Cli.Flags;
using Fovea.Cli.Progress;
using Fovea.Cli.Tests.Explaining;
using Fovea.Testing;
using Fovea.Training;

namespace Fovea.Cli.Tests.Progress;

/// <summary>Whatever a verb reads, builds or writes stops when it is asked to, and leaves no file.</summary>
public sealed class StoppedWorkTests : IDisposable
{
    private static readonly CancellationToken s_stopped = new(canceled: true);
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Works => ["export", "export golden", "convert", "import", "explain", "explain onnx", "bench", "profile onnx"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Works))]
    public void Work_that_was_stopped_before_it_began_leaves_no_file(string work)
    {
        string weights = TinyModels.Write(_folder, "resnet8");
        string network = _folder.File("network.onnx");
        string output = _folder.File("output.safetensors");
        if (work.EndsWith("onnx", StringComparison.Ordinal))
        {
            Cli.Ok("export", "--weights", weights, "--output", network);
        }

        string[] before = Directory.GetFileSystemEntries(_folder.Path);
        Assert.ThrowsAny<OperationCanceledException>(() => work switch
        {
            "export" => (object)ModelExport.Run(new ExportOptions { Weights = weights, Output = _folder.File("out.onnx") }, null, s_stopped),
            "export golden" => GoldenExport.Run(
                new ExportOptions { Golden = Path.Combine(Repository.Root, "tests", "golden", "mechanisms", "se", "batch-1-odd.safetensors"), Output = _folder.File("case") }, null, s_stopped),
            "convert" => WeightsConversion.Run(weights, output, null, null, s_stopped),
            "import" => WeightsImport.Run(weights, output, null, new ImportTarget { Source = WeightsFlags.Auto, Model = "resnet8" }, null, s_stopped),
            "explain" => ExplainedModel.Open(weights, new ModelRequest(), null, s_stopped),
            "explain onnx" => ExplainedModel.Open(network, new ModelRequest(), null, s_stopped),
            "bench" => SubjectFlags.Build(new SubjectOptions { Weights = weights }, null, s_stopped),
            _ => SubjectFlags.Build(new SubjectOptions { Weights = network }, null, s_stopped),
        });
        Assert.Equal(before, Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData(WorkStage.Running, "running")]
    [InlineData(WorkStage.Packing, "packing")]
    public void A_stage_is_called_by_a_word(WorkStage stage, string word) => Assert.Equal(word, WorkRunner.Of(stage));
}
