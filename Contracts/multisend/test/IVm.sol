// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Of forge's cheatcodes the ones that these tests use. The interface is forge's own.
interface IVm {
    function assertEq(uint256 left, uint256 right, string calldata why) external pure;
    function assertTrue(bool condition, string calldata why) external pure;
    function deal(address account, uint256 balance) external;
    function expectEmit(bool one, bool two, bool three, bool data, address emitter) external;
    function expectRevert(bytes calldata data) external;
    function prank(address sender) external;
}

// Where forge puts the cheatcodes.
IVm constant VM = IVm(address(uint160(uint256(keccak256("hevm cheat code")))));
