using System.Diagnostics;
using System.Globalization;
using Fovea.Cli.Ranks;
using Fovea.Testing;

namespace Fovea.Cli.Tests;

/// <summary>Runs in several processes over MPI: the same weights, whatever happens on the way. Each test says when it was skipped for want of a launcher.</summary>
[Collection("ranks")]
public sealed class RankedTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public RankedTrainingTests() => TinyData.MakeDivided(_folder.File("data"));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("mpirun.openmpi", 2)]
    [InlineData("mpirun.openmpi", 4)]
    [InlineData("mpiexec.mpich", 2)]
    public void Any_number_of_processes_gives_the_bits_of_one(string launcher, int ranks)
    {
        RankProcesses.Need(launcher);
        byte[] alone = Alone(2);
        RankProcesses.Ended ended = RankProcesses.Run([launcher, "-n", $"{ranks}", .. RankProcesses.Program, .. Train("spread", 2)]);
        Assert.True(ended.Code == 0, ended.Text);
        Assert.Contains($"{ranks} ranks: {ranks} on ", ended.Text, StringComparison.Ordinal);
        Assert.Equal(alone, Weights("spread"));
    }

    [Fact]
    public void A_killed_process_ends_all_and_the_run_goes_on_by_itself() => Kill(2);

    /// <summary>The proof: <c>Fovea.Cli.Tests --explicit only --filter-method "*Killed_twenty_times*"</c>.</summary>
    [Fact(Explicit = true)]
    public void Killed_twenty_times_it_ends_with_the_bits_of_a_run_that_was_never_stopped() => Kill(20);

    [Fact]
    public void Hosts_on_a_network_work_together_and_a_cut_cable_ends_both_in_the_stated_time()
    {
        RankProcesses.Need("mpirun");
        using NetworkNamespaces network = NetworkNamespaces.Create("1gbit");
        byte[] alone = Alone(40);
        var text = new ProcessText();
        string[] words = network.OnFirst(
            [.. RankProcesses.Program, .. Train("cut", 40), "--ranks", "2", "--host", NetworkNamespaces.Hosts, "--rank-deadline", "3s", "--checkpoint-seconds", "0.2"]);
        using (Process process = RankProcesses.Start(text, words))
        {
            WaitFor(Path.Combine(Run("cut"), "best.safetensors"), process, text);
            Thread.Sleep(500);
            network.Cut();
            var watch = Stopwatch.StartNew();
            Assert.True(process.WaitForExit(TimeSpan.FromSeconds(40)), text.ToString());

            // The deadline, and five seconds for Open MPI's launcher, which then tries to reach the other host and is ended.
            Assert.InRange(watch.Elapsed.TotalSeconds, 0, 20);
            process.WaitForExit();
            Assert.Equal(ExitCode.RankLost, process.ExitCode);
        }

        Assert.Contains($"rank 1 on {network.Second} did not answer within 3 s", text.ToString(), StringComparison.Ordinal);
        Cli.Ok("train", "--resume", Run("cut"), "--quiet");
        Assert.Equal(alone, Weights("cut"));
    }

    [Fact]
    public void Hosts_and_restarts_are_for_processes_that_are_started_here()
    {
        Assert.Contains("give --ranks N as well", Cli.Fails(ExitCode.WrongUse, "train", "--host", "a,b"), StringComparison.Ordinal);
        Assert.Contains("give --ranks N as well", Cli.Fails(ExitCode.WrongUse, "train", "--restart", "2"), StringComparison.Ordinal);
        Assert.Contains("several processes train one run", Cli.Fails(ExitCode.WrongUse, "train", "--ranks", "2", "--dry-run"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_that_all_find_is_said_and_has_its_code()
    {
        RankProcesses.Need("mpirun.openmpi");
        RankProcesses.Ended ended = RankProcesses.Run(["mpirun.openmpi", "-n", "3", .. RankProcesses.Program, .. Train("three", 1)]);
        Assert.Contains("expected a power of two", ended.Text, StringComparison.Ordinal);
        Assert.Equal(ExitCode.WrongUse, ended.Code);
        Assert.False(Directory.Exists(Run("three")));
    }

    [Theory]
    [InlineData("train --ranks 4 --epochs 3", "train --epochs 3")]
    [InlineData("train --ranks=4 --host a,b --data x --restart 2 -b 4", "train --data x -b 4")]
    [InlineData("train --data x", "train --data x")]
    public void What_is_the_launchers_is_not_handed_on(string words, string expected) =>
        Assert.Equal(expected.Split(' '), RankLauncher.Without(words.Split(' '), RankFlags.OfLauncher));

    private void Kill(int times)
    {
        RankProcesses.Need("mpirun");
        int epochs = 50 * times;
        byte[] alone = Alone(epochs);
        var random = new Random(times);
        var text = new ProcessText();
        string last = Path.Combine(Run("killed"), "checkpoints", "last.ckpt");
        using Process process = RankProcesses.Start(
            text, [.. RankProcesses.Program, .. Train("killed", epochs), "--checkpoint-seconds", "0.2", "--ranks", "2", "--restart", $"{times}"]);
        for (int i = 0; i < times; i++)
        {
            DateTime before = File.Exists(last) ? File.GetLastWriteTimeUtc(last) : DateTime.MinValue;
            int? id = null;
            for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(60) && !process.HasExited; Thread.Sleep(20))
            {
                id = RankProcesses.Find(_folder.Path, random.Next(2));
                if (id is not null && File.Exists(last) && File.GetLastWriteTimeUtc(last) > before)
                {
                    break;
                }
            }

            Assert.False(process.HasExited, $"the run was over before kill {i + 1}; give it more epochs\n{text}");
            Thread.Sleep(random.Next(500));
            if (RankProcesses.Find(_folder.Path, random.Next(2)) is { } rank)
            {
                Process.GetProcessById(rank).Kill();
            }
        }

        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(5)), text.ToString());
        process.WaitForExit();
        string said = text.ToString();
        Assert.True(process.ExitCode == 0, said);
        Assert.Contains($"started again (1 of {times})", said, StringComparison.Ordinal);
        Assert.Equal(alone, Weights("killed"));
    }

    private static void WaitFor(string file, Process process, ProcessText text)
    {
        for (var watch = Stopwatch.StartNew(); !File.Exists(file); Thread.Sleep(20))
        {
            Assert.False(process.HasExited || watch.Elapsed > TimeSpan.FromSeconds(60), text.ToString());
        }
    }

    private byte[] Alone(int epochs)
    {
        Cli.Ok([.. Train("alone", epochs), "--quiet"]);
        return Weights("alone");
    }

    private string[] Train(string name, int epochs) =>
    [
        "train", "--data", _folder.File("data"), "--model", "resnet8", "--image-size", "16", "-b", "2", "--accumulate", "4", "--epochs",
        epochs.ToString(CultureInfo.InvariantCulture), "--output", _folder.File("runs"), "--name", name,
    ];

    private string Run(string name) => Path.Combine(_folder.File("runs"), name);

    private byte[] Weights(string name) => File.ReadAllBytes(Path.Combine(Run(name), "best.safetensors"));
}

/// <summary>Processes that compute on all cores: one test after the other.</summary>
[CollectionDefinition("ranks", DisableParallelization = true)]
public sealed class RanksCollection;
