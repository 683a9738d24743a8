using Chat.Abstractions;
using Chat.Testing.Specifications;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.Backplane.Local.Tests;

public sealed class LocalBackplaneSpecificationTests : BackplaneSpecification
{
    private readonly LocalBackplane _backplane = new(NullLogger<LocalBackplane>.Instance);

    protected override IBackplane Here => _backplane;

    protected override IBackplane There => _backplane;

    [Fact]
    public void It_has_no_other_processes() => _backplane.SpansProcesses.ShouldBeFalse();
}
