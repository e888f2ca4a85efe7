using Fovea.Io;
using Fovea.Testing;

namespace Fovea.Core.Tests.Io;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public AtomicFileTests()
    {
        _path = _folder.File("state.bin");
        File.WriteAllText(_path, "old");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Replaces_the_content_and_leaves_nothing_else()
    {
        AtomicFile.Write(_path, "new"u8.ToArray());
        Assert.Equal("new", File.ReadAllText(_path));
        Assert.Equal([_path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Makes_a_file_that_is_not_there()
    {
        string path = _folder.File("fresh");
        AtomicFile.Write(path, [1, 2]);
        Assert.Equal([1, 2], File.ReadAllBytes(path));
    }

    [Fact]
    public void The_old_content_stays_while_the_new_is_written()
    {
        AtomicFile.Write(_path, stream =>
        {
            stream.Write(new byte[1 << 20]);
            stream.Flush();
            Assert.Equal("old", File.ReadAllText(_path));
        });
        Assert.Equal(1 << 20, new FileInfo(_path).Length);
    }

    [Fact]
    public void An_error_of_the_writer_leaves_the_old_content()
    {
        var error = Assert.Throws<InvalidDataException>(() => AtomicFile.Write(_path, stream =>
        {
            stream.WriteByte(1);
            throw new InvalidDataException("from the writer");
        }));
        Assert.Equal("from the writer", error.Message);
        Assert.Equal("old", File.ReadAllText(_path));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_disk_that_is_too_small_is_found_before_writing()
    {
        var error = Assert.Throws<DiskFullException>(() => AtomicFile.Write(_path, _ => Assert.Fail("must not write"), 1L << 60));
        Assert.Equal(1L << 60, error.NeededBytes);
        Assert.InRange(error.FreeBytes, 0, (1L << 60) - 1);
        Assert.StartsWith($"{_path}: needs at least 1,152,921,504,606,846,976 bytes and the disk has ", error.Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(_path));
    }

    [Fact]
    public void A_disk_that_fills_up_while_writing_says_how_much_it_took()
    {
        const int noSpaceLeft = 28;
        var error = Assert.Throws<DiskFullException>(() => AtomicFile.Write(_path, stream =>
        {
            stream.Write(new byte[5000]);
            throw new IOException("No space left on device", noSpaceLeft);
        }));
        Assert.Equal(5000, error.NeededBytes);
        Assert.Equal("old", File.ReadAllText(_path));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Follows_a_link_and_keeps_permissions()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links and modes of Unix");
        if (!OperatingSystem.IsWindows())
        {
            string link = _folder.File("link");
            File.CreateSymbolicLink(link, _path);
            File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            AtomicFile.Write(link, [7]);
            Assert.Equal([7], File.ReadAllBytes(_path));
            Assert.NotNull(new FileInfo(link).LinkTarget);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_path));
        }
    }

    [Fact]
    public void Removes_what_a_killed_writer_left_behind_but_nothing_else()
    {
        string leftover = _folder.File(".state.bin.0123abcd.tmp");
        string fresh = _folder.File(".state.bin.0123abce.tmp");
        string foreign = _folder.File(".other.bin.0123abcd.tmp");
        foreach (string path in new[] { leftover, fresh, foreign })
        {
            File.WriteAllText(path, "part");
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow - TimeSpan.FromHours(path == fresh ? 0 : 1));
        }

        AtomicFile.Write(_path, [1]);
        Assert.False(File.Exists(leftover));
        Assert.True(File.Exists(fresh));
        Assert.True(File.Exists(foreign));
    }

    [Fact]
    public void A_missing_folder_is_the_frameworks_error() =>
        Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.Write(Path.Combine(_folder.Path, "no", "file"), [1]));

    [Fact]
    public void Long_names_work()
    {
        string path = _folder.File(new string('n', 250));
        AtomicFile.Write(path, [1]);
        Assert.Equal([1], File.ReadAllBytes(path));
    }
}
