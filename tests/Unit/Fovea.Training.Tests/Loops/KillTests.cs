using System.Diagnostics;

namespace Fovea.Training.Tests;

/// <summary>Processes that are killed outright, as <c>kill -9</c> does it, at moments that nobody chose.</summary>
[Collection("engine")]
public class KillTests
{
    private const string FolderVariable = "FOVEA_TEST_KILL_FOLDER";
    private const int EpochsPerKill = 20;

    [Fact]
    public void A_killed_run_goes_on_bit_for_bit() => KillAndResume(2);

    /// <summary>The proof: <c>Fovea.Training.Tests --explicit only --filter-method "*Killed_forty_times*"</c>.</summary>
    [Fact(Explicit = true)]
    public void Killed_forty_times_a_run_goes_on_bit_for_bit() => KillAndResume(40);

    /// <summary>What the killed process does: it goes on with the run of a folder. Run by the tests above, in a process of its own.</summary>
    [Fact(Explicit = true)]
    public void A_child_goes_on_with_the_run_of_a_folder()
    {
        string folder = Environment.GetEnvironmentVariable(FolderVariable) ?? throw new InvalidOperationException("runs only as a child of the other tests");
        RunFolder run = RunFolder.Open(folder);
        Train(run, TrainOptions.FromJson(File.ReadAllText(run.Config)));
    }

    private static void KillAndResume(int kills)
    {
        using var folder = new TemporaryFolder();
        TrainOptions options = TinyRun.Options with { Epochs = EpochsPerKill * kills, LearningRate = 0.01, Ema = 0.9, CheckpointSeconds = 0.001 };
        Dictionary<string, byte[]> through = Train(RunFolder.Create(folder.Path, "whole"), options);
        RunFolder run = RunFolder.Create(folder.Path, "killed");
        run.WriteText("config.json", options.ToJson());
        var random = new Random(1);
        int fallbacks = 0, resumed = 0;
        for (int i = 0; i < kills; i++)
        {
            using Process child = Start(run.FullPath);
            WaitForProgress(run, child);
            Thread.Sleep(random.Next(120));
            Assert.False(child.HasExited, "the run was over before it was killed; give it more epochs");
            child.Kill();
            child.WaitForExit();

            // Whatever the moment was, there is a whole checkpoint to go on from.
            using TensorScope scope = TensorScope.Begin();
            (Io.SafetensorsFile content, _) = run.Checkpoints.LoadNewest(_ => 0, _ => fallbacks++);
            resumed += content.Metadata.Count > 0 ? 1 : 0;
        }

        Assert.Equal((kills, 0), (resumed, fallbacks));
        TinyRun.AssertSame(through, Train(run, options));
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(folder.Path, "whole", "best.safetensors")), File.ReadAllBytes(run.BestWeights));
    }

    private static void WaitForProgress(RunFolder run, Process child)
    {
        DateTime before = File.Exists(run.Checkpoints.LastPath) ? File.GetLastWriteTimeUtc(run.Checkpoints.LastPath) : DateTime.MinValue;
        for (var watch = Stopwatch.StartNew(); !child.HasExited && watch.Elapsed < TimeSpan.FromMinutes(1); Thread.Sleep(5))
        {
            if (File.Exists(run.Checkpoints.LastPath) && File.GetLastWriteTimeUtc(run.Checkpoints.LastPath) > before)
            {
                return;
            }
        }
    }

    private static Process Start(string folder)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { "--explicit", "only", "--filter-method", $"{typeof(KillTests).FullName}.{nameof(A_child_goes_on_with_the_run_of_a_folder)}" },
            Environment = { [FolderVariable] = folder },
        };
        var child = Process.Start(start)!;
        child.OutputDataReceived += (_, _) => { };
        child.ErrorDataReceived += (_, _) => { };
        child.BeginOutputReadLine();
        child.BeginErrorReadLine();
        return child;
    }

    private static Dictionary<string, byte[]> Train(RunFolder run, TrainOptions options)
    {
        TrainingInputs inputs = TinyRun.Inputs(workers: 1);
        using var trainer = new Trainer(inputs, options, run);
        Assert.Equal(TrainOutcome.Completed, trainer.Run().Outcome);
        return TinyRun.Weights(inputs.Model);
    }
}
