namespace Fovea.Training.Tests;

public class RunLogTests
{
    [Fact]
    public void Lines_stay_and_carry_the_time()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("log.txt");
        using (var log = new RunLog(path))
        {
            log.Write("first");
        }

        using (var log = new RunLog(path))
        {
            log.Write("two\nlines");
            Assert.EndsWith("  first\n", ReadShared(path).Split('\n')[0] + "\n", StringComparison.Ordinal);
        }

        string[] lines = File.ReadAllLines(path);
        Assert.Equal(3, lines.Length);
        Assert.Equal(new string(' ', 21) + "lines", lines[2]);
    }

    [Fact]
    public void A_full_disk_does_not_end_the_run()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full");
        using var log = new RunLog("/dev/full");
        log.Write("this cannot be written");
    }

    private static string ReadShared(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }
}
