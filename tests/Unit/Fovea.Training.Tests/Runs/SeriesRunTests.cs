using Fovea.Testing;

namespace Fovea.Training.Tests.Runs;

public class SeriesRunTests
{
    private static readonly TrainOptions s_whole = new() { Seed = 3, Fold = 2, Epochs = 5, Threads = 1, CheckpointSeconds = 60 };

    private static readonly TrainOptions s_process = new() { Workers = 2, TimeLimit = TimeSpan.FromMinutes(1), CommandLine = "fovea train", Engine = new NoEngine() };

    [Fact]
    public void A_run_of_a_series_begins_in_its_folder()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "fold-2");
        TrainOptions options = SeriesRun.Options(s_whole, s_process, path);
        Assert.Equal(
            s_whole with { Output = folder.Path, Name = "fold-2", ExistOk = true, Workers = 2, TimeLimit = s_process.TimeLimit, CommandLine = "fovea train", Engine = s_process.Engine }, options);
    }

    [Theory]
    [InlineData("last.ckpt", true)]
    [InlineData("best.ckpt", false)]
    public void It_goes_on_where_it_has_a_checkpoint_with_what_the_process_was_given(string checkpoint, bool goesOn)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "fold-2");
        Directory.CreateDirectory(Path.Combine(path, "checkpoints"));
        File.WriteAllText(Path.Combine(path, "config.json"), "{}");
        File.WriteAllText(Path.Combine(path, "checkpoints", checkpoint), "");
        TrainOptions options = SeriesRun.Options(s_whole, s_process, path);
        Assert.Equal(goesOn ? path : null, options.Resume);
        Assert.Equal(goesOn ? null : 5, options.Epochs);
        Assert.Same(s_process.Engine, options.Engine);
        Assert.Equal(2, options.Workers);
    }

    private sealed class NoEngine : IModuleEngine
    {
        public string Name => "none";

        public IRunningModule Load(Module module) => throw new NotSupportedException();

        public ITrainingModule LoadForTraining(Module module) => throw new NotSupportedException();

        public ILookedModule LoadForLooking(Module module) => throw new NotSupportedException();
    }
}
