using System.Diagnostics;
using System.Formats.Tar;
using Fovea.Cli.Tests.Explaining;
using Fovea.Imaging;
using Fovea.Imaging.Codecs.Png;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Predicting;

/// <summary><c>predict --data SHARDS</c> as users start it, and as <c>kill -9</c> ends it.</summary>
[Collection("engine")]
public class BulkPredictionTests
{
    private const int ShardCount = 40;
    private const int Pictures = 25;

    [Fact]
    public void Killed_twice_it_has_every_picture_once() => KillAndGoOn(2);

    /// <summary>The proof: <c>Fovea.Cli.Tests --explicit only --filter-method "*Killed_ten_times*"</c>.</summary>
    [Fact(Explicit = true)]
    public void Killed_ten_times_it_has_every_picture_once() => KillAndGoOn(10);

    [Fact]
    public void Processes_of_a_launcher_share_the_shards()
    {
        RankProcesses.Need("mpirun");
        using var folder = new TemporaryFolder();
        string[] words = Words(folder, "found");
        RankProcesses.Ended ended = RankProcesses.Run(["mpirun", "-n", "2", .. words]);
        Assert.True(ended.Code == 0, ended.Text);
        Assert.Contains("rank 0 of 2: ", ended.Text, StringComparison.Ordinal);
        Assert.Contains("rank 1 of 2: ", ended.Text, StringComparison.Ordinal);
        AssertWhole(folder, "found");
    }

    [Theory]
    [InlineData("--data shards --weights w.safetensors", "give --output")]
    [InlineData("--data shards --weights w.safetensors --output found --json", "--json cannot be given with --data")]
    [InlineData("cat.jpg --data shards --weights w.safetensors --output found", "image cannot be given with --data")]
    public void What_does_not_go_together_is_said(string words, string expected)
    {
        Assert.Contains(expected, Cli.Fails(ExitCode.WrongUse, ["predict", .. words.Split(' ')]), StringComparison.Ordinal);
    }

    private static void KillAndGoOn(int kills)
    {
        using var folder = new TemporaryFolder();
        string[] words = Words(folder, "found");
        var random = new Random(1);
        for (int kill = 0; kill < kills; kill++)
        {
            var text = new ProcessText();
            int before = Parts(folder, "found").Length;
            using Process process = RankProcesses.Start(text, words);
            while (Parts(folder, "found").Length == before && !process.HasExited)
            {
                Thread.Sleep(1);
            }

            Thread.Sleep(random.Next(15));
            Assert.False(process.HasExited, $"it was over before it was killed; give it more shards. {text}");
            process.Kill();
            process.WaitForExit();
        }

        RankProcesses.Ended ended = RankProcesses.Run(words);
        Assert.True(ended.Code == 0, ended.Text);
        AssertWhole(folder, "found");
    }

    private static string[] Words(TemporaryFolder folder, string output)
    {
        string shards = Directory.CreateDirectory(folder.File("shards")).FullName;
        for (int shard = 0; shard < ShardCount; shard++)
        {
            using var writer = new TarWriter(File.Create(Path.Combine(shards, $"{shard:D6}.tar")));
            for (int i = 0; i < Pictures; i++)
            {
                var image = new Image(32, 32, PixelFormat.Rgb);
                new Random((shard * Pictures) + i).NextBytes(image.Pixels);
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"{i:D4}.png") { DataStream = new MemoryStream(PngEncoder.Encode(image)) });
            }
        }

        return [.. RankProcesses.Program, "predict", "--data", shards, "--weights", TinyModels.Write(folder, "resnet8"), "--output", folder.File(output), "--threads", "1"];
    }

    private static string[] Parts(TemporaryFolder folder, string output) =>
        Directory.Exists(folder.File(output)) ? [.. Directory.GetFiles(folder.File(output), "*.jsonl").Order(StringComparer.Ordinal)] : [];

    // Every picture of every shard has one line, in order, and nothing else is left.
    private static void AssertWhole(TemporaryFolder folder, string output)
    {
        string[] parts = Parts(folder, output);
        Assert.Equal(ShardCount, parts.Length);
        foreach (string part in parts)
        {
            string[] lines = File.ReadAllLines(part);
            Assert.Equal(Pictures, lines.Length);
            Assert.All(lines.Select((line, i) => (line, i)), l => Assert.Contains($"\"path\":\"{Path.GetFileNameWithoutExtension(part)}/{l.i:D4}.png\"", l.line, StringComparison.Ordinal));
        }

        Assert.Equal(ShardCount + 1, Directory.GetFileSystemEntries(folder.File(output)).Length);
    }
}
