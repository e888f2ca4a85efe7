namespace Fovea.Training.Tests;

public class RunFolderTests
{
    [Fact]
    public void A_taken_name_gets_a_number()
    {
        using var folder = new TemporaryFolder();
        string[] names = [.. Enumerable.Range(0, 3).Select(_ => Path.GetFileName(RunFolder.Create(folder.Path, "cifar10-resnet20").FullPath))];
        Assert.Equal(["cifar10-resnet20", "cifar10-resnet20-2", "cifar10-resnet20-3"], names);
        Assert.Equal("cifar10-resnet20", Path.GetFileName(RunFolder.Create(folder.Path, "cifar10-resnet20", existOk: true).FullPath));
    }

    [Theory]
    [InlineData("../../etc/passwd", "-..-etc-passwd")]
    [InlineData("a/b\\c:d", "a-b-c-d")]
    [InlineData("..", "run")]
    public void A_name_cannot_leave_the_folder(string name, string expected)
    {
        using var folder = new TemporaryFolder();
        RunFolder run = RunFolder.Create(folder.Path, name);
        Assert.Equal(Path.Combine(folder.Path, expected), run.FullPath);
    }

    [Fact]
    public void A_run_is_found_from_anything_inside_of_it()
    {
        using var folder = new TemporaryFolder();
        RunFolder run = RunFolder.Create(folder.Path, "run");
        run.WriteText("config.json", "{}");
        foreach (string path in new[] { run.FullPath, run.FullPath + "/", run.File("checkpoints"), run.Checkpoints.LastPath })
        {
            Assert.Equal(run.FullPath, RunFolder.Open(path).FullPath.TrimEnd('/'));
        }

        Assert.Throws<CheckpointException>(() => RunFolder.Open(folder.Path));
    }

    [Fact]
    public void A_new_run_in_an_old_folder_forgets_the_old_checkpoints()
    {
        using var folder = new TemporaryFolder();
        RunFolder run = RunFolder.Create(folder.Path, "run");
        run.Checkpoints.SaveLast(new Dictionary<string, Tensor> { ["x"] = Tensor.Scalar(1) }, new Dictionary<string, string>());
        Assert.True(run.Checkpoints.HasAny);
        Assert.False(RunFolder.Create(folder.Path, "run", existOk: true).Checkpoints.HasAny);
    }

    [Theory]
    [InlineData("runs/classify/a-2", "runs/classify/a-2")]
    [InlineData("my run", "'my run'")]
    [InlineData("$HOME", "'$HOME'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("", "''")]
    public void Words_are_quoted_for_the_shell(string word, string expected) => Assert.Equal(expected, Shell.Quote(word));
}
