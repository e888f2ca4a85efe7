using System.Diagnostics;

namespace Fovea.Training.Tests;

public class RunLockTests
{
    [Fact]
    public void A_second_writer_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        using (RunLock.Take(folder.Path))
        {
            OptionException error = Assert.Throws<OptionException>(() => RunLock.Take(folder.Path));
            Assert.Contains("is being written by another process", error.Message, StringComparison.Ordinal);
            Assert.Contains(folder.Path, error.Message, StringComparison.Ordinal);
            Assert.Null(RunLock.TryTake(folder.Path));
            using RunLock? another = RunLock.TryTake(folder.Path, ".other");
            Assert.NotNull(another);
        }

        RunLock.Take(folder.Path).Dispose();
    }

    [Fact]
    public void Another_process_is_refused_too()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/flock"), "needs flock(1)");
        using var folder = new TemporaryFolder();
        using var taken = RunLock.Take(folder.Path);
        using Process other = Process.Start("/usr/bin/flock", ["--nonblock", "--shared", folder.File(".lock"), "true"]);
        other.WaitForExit();
        Assert.Equal(1, other.ExitCode);
    }

    [Fact]
    public void A_lock_that_cannot_be_made_is_an_error_and_not_waited_for()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File(".lock"));
        Assert.ThrowsAny<SystemException>(() => RunLock.TakeWhenFree(folder.Path, () => Assert.Fail("waits"), TestContext.Current.CancellationToken));
        string file = folder.File("file");
        File.WriteAllText(file, string.Empty);
        Assert.ThrowsAny<IOException>(() => RunLock.TryTake(file));
    }

    [Fact]
    public void Exist_ok_leaves_a_run_at_work_alone()
    {
        using var folder = new TemporaryFolder();
        string run = folder.File("run"), checkpoint = Path.Combine(run, "checkpoints", "last.ckpt");
        Directory.CreateDirectory(Path.GetDirectoryName(checkpoint)!);
        File.WriteAllText(checkpoint, "state");
        using (RunLock.Take(run))
        {
            Assert.Throws<OptionException>(() => RunFolder.Create(folder.Path, "run", existOk: true));
            Assert.True(File.Exists(checkpoint));
        }

        RunFolder.Create(folder.Path, "run", existOk: true);
        Assert.False(File.Exists(checkpoint));
    }
}
