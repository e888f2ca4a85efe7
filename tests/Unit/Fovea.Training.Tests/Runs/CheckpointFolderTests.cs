using Fovea.Io;

namespace Fovea.Training.Tests;

public class CheckpointFolderTests
{
    [Fact]
    public void The_newest_is_taken()
    {
        using var folder = new TemporaryFolder();
        CheckpointFolder checkpoints = Saved(folder, 1, 2, 3);
        Assert.Equal((3, checkpoints.LastPath, 0), Load(checkpoints));
        Save(checkpoints, checkpoints.InterruptPath, 4);
        Assert.Equal((4, checkpoints.InterruptPath, 0), Load(checkpoints));
        checkpoints.SaveLast(Tensors(5), Texts(5));
        Assert.Equal((5, checkpoints.LastPath, 0), Load(checkpoints));
    }

    [Fact]
    public void A_damaged_last_falls_back_to_the_one_before_and_says_so()
    {
        using var folder = new TemporaryFolder();
        CheckpointFolder checkpoints = Saved(folder, 1, 2, 3);
        Damage(checkpoints.LastPath);
        var warnings = new List<string>();
        using TensorScope scope = TensorScope.Begin();
        (SafetensorsFile content, string path) = checkpoints.LoadNewest(Progress, warnings.Add);
        Assert.Equal("2", content.Metadata["at"]);
        Assert.EndsWith("last.previous.ckpt", path, StringComparison.Ordinal);
        string warning = Assert.Single(warnings);
        Assert.Contains("last.ckpt: its checksum is", warning, StringComparison.Ordinal);
        Assert.Contains("Falling back to", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_interrupt_falls_back_to_the_last()
    {
        using var folder = new TemporaryFolder();
        CheckpointFolder checkpoints = Saved(folder, 1, 2);
        Save(checkpoints, checkpoints.InterruptPath, 3);
        Damage(checkpoints.InterruptPath);
        Assert.Equal((2, checkpoints.LastPath, 1), Load(checkpoints));
    }

    [Fact]
    public void A_process_that_dies_between_the_renames_loses_nothing()
    {
        using var folder = new TemporaryFolder();
        CheckpointFolder checkpoints = Saved(folder, 1, 2);
        string next = folder.File("last.next.ckpt");

        // Killed while the next is being written: AtomicFile leaves nothing under that name, or the whole of it.
        Save(checkpoints, next, 3);
        Assert.Equal(2, Load(checkpoints).At);

        // Killed after the last became the previous, and before the next became the last.
        File.Move(checkpoints.LastPath, folder.File("last.previous.ckpt"), overwrite: true);
        Assert.Equal(3, Load(checkpoints).At);
    }

    [Fact]
    public void With_nothing_whole_there_is_an_error_that_names_every_file()
    {
        using var folder = new TemporaryFolder();
        CheckpointFolder checkpoints = Saved(folder, 1, 2);
        Damage(checkpoints.LastPath);
        File.WriteAllBytes(folder.File("last.previous.ckpt"), []);
        var warnings = new List<string>();
        Assert.Throws<CheckpointException>(() => checkpoints.LoadNewest(Progress, warnings.Add));
        Assert.Contains("last.ckpt: its checksum", warnings[0], StringComparison.Ordinal);
        Assert.Contains("last.previous.ckpt: the file is cut off", warnings[0], StringComparison.Ordinal);
        Assert.Throws<CheckpointException>(() => new CheckpointFolder(folder.File("none")).LoadNewest(Progress, warnings.Add));
    }

    [Fact]
    public void A_failure_while_writing_keeps_what_is_there()
    {
        using var folder = new TemporaryFolder();
        CheckpointFolder checkpoints = Saved(folder, 1, 2);
        Tensor gone = Tensor.Ones([4]);
        gone.Dispose();
        Assert.ThrowsAny<Exception>(() => checkpoints.SaveLast(new Dictionary<string, Tensor> { ["gone"] = gone }, Texts(3)));
        Assert.Equal(2, Load(checkpoints).At);
        Assert.Equal(["last.ckpt", "last.previous.ckpt"], Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName).Order());
    }

    private static long Progress(IReadOnlyDictionary<string, string> texts) => long.Parse(texts["at"], System.Globalization.CultureInfo.InvariantCulture);

    private static (int At, string Path, int Warnings) Load(CheckpointFolder checkpoints)
    {
        using TensorScope scope = TensorScope.Begin();
        int warnings = 0;
        (SafetensorsFile content, string path) = checkpoints.LoadNewest(Progress, _ => warnings++);
        Assert.Equal(content.Metadata["at"], $"{content.Tensors["value"].Item()}");
        return ((int)Progress(content.Metadata), path, warnings);
    }

    private static CheckpointFolder Saved(TemporaryFolder folder, params int[] at)
    {
        var checkpoints = new CheckpointFolder(folder.Path);
        foreach (int number in at)
        {
            checkpoints.SaveLast(Tensors(number), Texts(number));
        }

        return checkpoints;
    }

    private static void Save(CheckpointFolder checkpoints, string path, int at) => checkpoints.Save(path, Tensors(at), Texts(at));

    private static Dictionary<string, Tensor> Tensors(int at) => new() { ["value"] = Tensor.Scalar(at) };

    private static Dictionary<string, string> Texts(int at) => new() { ["at"] = $"{at}" };

    private static void Damage(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 0x80;
        File.WriteAllBytes(path, bytes);
    }
}
